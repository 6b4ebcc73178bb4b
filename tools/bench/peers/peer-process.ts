import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { allocatorBounds, heapBounds } from '../../launcher/programs.ts';
import { loopback } from '../../processes/free-port.ts';

/**
 * A program that the bench compares with, as a process of its own and with the bounds that the services run with. It ends with
 * the bench, however that ends.
 */
export class PeerProcess {
  readonly port: number;
  readonly pid: number;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.child = child;
    this.port = port;
    this.pid = child.pid ?? 0;
  }

  /** `file` is the compiled program; it has to call `announcePort`. */
  static async start(file: URL, variables: Readonly<Record<string, string>> = {}): Promise<PeerProcess> {
    const child = fork(file, { execArgv: heapBounds, env: { ...process.env, ...allocatorBounds, ...variables } });
    const ended = once(child, 'exit').then(() => {
      throw new Error(`${file.pathname} ended before it served`);
    });
    const [port] = (await Promise.race([once(child, 'message'), ended])) as [number];
    ended.catch(() => undefined);
    return new PeerProcess(child, port);
  }

  get graphqlUrl(): string {
    return `http://${loopback}:${this.port}/graphql`;
  }

  /** The next message that it sends. */
  async says<Message>(): Promise<Message> {
    const [message] = (await once(this.child, 'message')) as [Message];
    return message;
  }

  tell(message: object): void {
    this.child.send(message);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

/** In the process of a peer: it serves on this port, or 0 where it has none, and from now on ends with the bench. */
export function announcePort(port: number): void {
  process.once('disconnect', () => process.exit());
  process.send?.(port);
}
