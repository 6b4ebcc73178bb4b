import 'reflect-metadata';
import { SystemClock } from './clock.ts';
import { SandboxLogger } from './process/sandbox-logger.ts';
import { startSandbox } from './sandbox.application.ts';
import { SandboxConfig } from './sandbox.config.ts';

try {
  const sandbox = await startSandbox(SandboxConfig.fromEnvironment(process.env), new SystemClock());
  const stop = () => void sandbox.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);

  const { port } = new URL(await sandbox.getUrl());
  sandbox.get(SandboxLogger).ready(Number(port));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
