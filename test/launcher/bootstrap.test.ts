import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identify } from '../../tools/processes/process-identity.ts';
import { runProgram, type ConsoleProgram } from '../support/console-program.ts';
import { fixtureDirectory } from '../support/run-directory.ts';
import { until } from '../support/until.ts';

/** A checkout with a bootstrap, one tool, and stand-ins for npm and the compiler that note that they were called. */
let checkout: string;

const toolSource = `
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {
    console.log('heard ' + signal);
    if (signal === 'SIGTERM') process.exit(7);
  });
  console.log('the tool runs with ' + process.argv.slice(2).join(' ') + ' as ' + process.pid);
  if (process.argv[2] === 'stay') setInterval(() => undefined, 1000);
`;

const npmStandIn = `
  const fs = require('node:fs');
  console.log('npm ' + process.argv.slice(2).join(' '));
  fs.appendFileSync('calls', 'install\\n');
  if (fs.existsSync('npm-fails')) { console.error('npm error ENOSPC: no space left on device'); process.exit(1); }
  fs.mkdirSync('node_modules/.bin', { recursive: true });
  fs.mkdirSync('node_modules/thing', { recursive: true });
  fs.writeFileSync('node_modules/thing/package.json', '{}');
  fs.mkdirSync('node_modules/typescript/bin', { recursive: true });
  fs.rmSync('node_modules/.bin/node', { force: true });
  fs.symlinkSync(process.execPath, 'node_modules/.bin/node');
  fs.copyFileSync('compiler.js', 'node_modules/typescript/bin/tsc');
  fs.mkdirSync('node_modules/vite/bin', { recursive: true });
  fs.copyFileSync('bundler.js', 'node_modules/vite/bin/vite.js');
  fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
`;

const compilerStandIn = `
  const fs = require('node:fs');
  fs.appendFileSync('calls', 'build\\n');
  for (const place of ['tools', 'migrations/fraud']) {
    fs.mkdirSync('dist/' + place, { recursive: true });
    for (const file of fs.readdirSync(place).filter((name) => name.endsWith('.ts'))) {
      const source = fs.readFileSync(place + '/' + file, 'utf8');
      if (source.includes('mistake')) { console.log(file + '(1,1): error TS1: a mistake'); process.exitCode = 2; }
      fs.writeFileSync('dist/' + place + '/' + file.replace('.ts', '.js'), source);
    }
  }
`;

const bundlerStandIn = `
  const fs = require('node:fs');
  fs.appendFileSync('calls', 'bundle\\n');
  fs.mkdirSync('dist/apps/api/playground', { recursive: true });
  fs.copyFileSync('apps/api/playground/index.html', 'dist/apps/api/playground/index.html');
`;

async function put(file: string, content: string): Promise<void> {
  await writeFile(join(checkout, file), content);
}

function lockfile(version: string): string {
  return JSON.stringify({
    packages: {
      '': { name: 'fixture' },
      'node_modules/thing': { version },
      'node_modules/thing-for-another-system': { version, optional: true },
    },
  });
}

beforeEach(async () => {
  checkout = await fixtureDirectory('bootstrap');
  await mkdir(join(checkout, 'tools'));
  await mkdir(join(checkout, 'apps', 'api', 'playground'), { recursive: true });
  await mkdir(join(checkout, 'migrations', 'fraud'), { recursive: true });
  await cp(resolve('tools/bootstrap.mjs'), join(checkout, 'tools', 'bootstrap.mjs'));
  await put('tools/echo.ts', toolSource);
  await put('migrations/fraud/1-first.ts', '');
  await put('npm.js', npmStandIn);
  await put('compiler.js', compilerStandIn);
  await put('bundler.js', bundlerStandIn);
  await put('apps/api/playground/index.html', '');
  await put('package-lock.json', lockfile('1.0.0'));
  for (const file of ['package.json', 'tsconfig.json', 'tsconfig.build.json']) await put(file, '{}');
});

afterEach(() => rm(checkout, { recursive: true, force: true }));

function bootstrap(...args: string[]): ConsoleProgram {
  return runProgram(process.execPath, ['tools/bootstrap.mjs', ...args], { cwd: checkout, env: environment() });
}

/** Of whoever runs these tests by npm, nothing may leak into the fixture. */
function environment(): NodeJS.ProcessEnv {
  const { npm_lifecycle_event: _event, ...others } = process.env;
  return { ...others, npm_execpath: join(checkout, 'npm.js') };
}

async function callsOf(...args: string[]): Promise<string[]> {
  await put('calls', '');
  const run = bootstrap(...args);
  expect(await run.exit, run.output()).toEqual({ code: 0, signal: null });
  expect(run.output()).toContain('the tool runs');
  return (await readFile(join(checkout, 'calls'), 'utf8')).split('\n').filter(Boolean).sort();
}

describe('what is there already is not done again', () => {
  test('a fresh checkout is installed and built, the next run does neither', async () => {
    expect(await callsOf('echo')).toEqual(['build', 'bundle', 'install']);
    expect(await callsOf('echo')).toEqual([]);
  });

  test('a changed source is built and nothing is installed', async () => {
    await callsOf('echo');
    await put('tools/echo.ts', `${toolSource} // changed`);
    expect(await callsOf('echo')).toEqual(['build']);
  });

  test('a changed page is bundled and nothing else', async () => {
    await callsOf('echo');
    await put('apps/api/playground/index.html', 'changed');
    expect(await callsOf('echo')).toEqual(['bundle']);
  });

  test('a lockfile that names another version is installed', async () => {
    await callsOf('echo');
    await put('package-lock.json', lockfile('1.0.1'));
    expect(await callsOf('echo')).toEqual(['bundle', 'install']);
  });

  test.each(['.package-lock.json', 'thing', '.bin'])('an install that lacks %s is done again', async (part) => {
    await callsOf('echo');
    await rm(join(checkout, 'node_modules', part), { recursive: true });
    expect(await callsOf('echo')).toEqual(['install']);
  });

  test('a build whose output was removed is done again', async () => {
    await callsOf('echo');
    await rm(join(checkout, 'dist', 'tools'), { recursive: true });
    expect(await callsOf('echo')).toEqual(['build']);
  });

  test('what was compiled from a source that is gone goes too', async () => {
    await callsOf('echo');
    await rm(join(checkout, 'migrations', 'fraud', '1-first.ts'));
    await put('migrations/fraud/2-renamed.ts', '');
    await callsOf('echo');
    await expect(readFile(join(checkout, 'dist', 'migrations', 'fraud', '1-first.js'))).rejects.toThrow('ENOENT');
    await expect(readFile(join(checkout, 'dist', 'migrations', 'fraud', '2-renamed.js'))).resolves.toBeDefined();
  });

  test('two commands at once install and build once', async () => {
    await put('calls', '');
    const runs = [bootstrap('echo', 'one'), bootstrap('echo', 'two')];
    for (const run of runs) expect((await run.exit).code, run.output()).toBe(0);
    const calls = (await readFile(join(checkout, 'calls'), 'utf8')).trim().split('\n');
    expect(calls.sort()).toEqual(['build', 'bundle', 'install']);
  });
});

describe('what goes wrong is said', () => {
  test('npm fails', async () => {
    await put('npm-fails', '');
    const run = bootstrap('echo');
    expect((await run.exit).code).toBe(1);
    expect(run.output()).toContain('npm could not install what the lockfile names');
    expect(run.output()).toContain('The disk is full');
  });

  test('the compiler complains, and goes on complaining until it is mended', async () => {
    await put('migrations/fraud/1-first.ts', 'mistake');
    for (const run of [bootstrap('echo'), bootstrap('echo')]) {
      expect((await run.exit).code).toBe(1);
      expect(run.output()).toContain('1-first.ts(1,1): error TS1: a mistake');
      expect(run.output()).not.toContain('the tool runs');
    }
    await put('migrations/fraud/1-first.ts', '');
    expect(await callsOf('echo')).toEqual(['build']);
  });

  test('there is no such tool', async () => {
    const run = bootstrap('nonsense');
    expect((await run.exit).code).toBe(1);
    expect(run.output()).toContain('There is no tool called "nonsense"');
  });
});

describe('signals', () => {
  test('arguments, exit code and signals are passed on', async () => {
    const run = bootstrap('echo', 'stay', 'here');
    await run.printed('the tool runs with stay here');
    run.signal('SIGTERM');
    await run.printed('heard SIGTERM');
    expect(await run.exit).toEqual({ code: 7, signal: null });
  });

  test('a press that npm repeats is heard once', async () => {
    const run = bootstrap('echo', 'stay');
    await run.printed('the tool runs');
    run.signal('SIGINT');
    await run.printed('heard SIGINT');
    run.signal('SIGINT');
    // What comes after a while is another press.
    const quietMs = 600;
    const pressedAt = performance.now();
    await until('a second press', () => performance.now() - pressedAt > quietMs);
    run.signal('SIGTERM');
    await run.exit;
    expect(run.output().match(/heard \w+/g)).toEqual(['heard SIGINT', 'heard SIGTERM']);
  });

  test('the tool does not outlive the shell that npm put between', async () => {
    await callsOf('echo');
    const script = join(checkout, 'script.sh');
    await writeFile(script, `#!/bin/sh\n"${process.execPath}" tools/bootstrap.mjs echo stay\ntrue\n`);
    await chmod(script, 0o755);
    const shell = runProgram('/bin/sh', [script], {
      cwd: checkout,
      env: { ...environment(), npm_lifecycle_event: 'echo' },
    });
    await shell.printed(/as \d+/);
    const tool = Number(/as (\d+)/.exec(shell.output())?.[1]);
    expect(await identify(tool)).toBeDefined();
    shell.signal('SIGTERM');
    await until('the tool to end', async () => (await identify(tool)) === undefined);
    expect(shell.output()).toContain('heard SIGTERM');
  });
});
