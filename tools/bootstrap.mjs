/**
 * What `npm start`, `npm test` and all other scripts of package.json run first. It needs nothing but Node 20: it installs
 * what the lockfile names, builds what changed, and hands over to the compiled tool under the Node that the lockfile brought.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinnedNode = join(root, 'node_modules', '.bin', 'node');
const tool = process.argv[2];
const toolFile = join(root, 'dist', 'tools', `${tool}.js`);

/** The oldest Node that can install the lockfile; the services run under the one in node_modules. */
const nodeMajorMin = 20;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

if (Number(process.versions.node.split('.')[0]) < nodeMajorMin) {
  giveUp(`Quittance needs Node ${nodeMajorMin} or newer to start; this is ${process.version}.`);
}
if (tool === undefined || !existsSync(join(root, 'tools', `${tool}.ts`))) {
  giveUp(
    `There is no tool called "${tool}". Try: npm start, npm run dev, npm test, npm run check, npm run bench, npm run faults.`,
  );
}
process.chdir(root);
process.stdout.on('error', () => undefined);

const playground = join('apps', 'api', 'playground');

/** What the checkout is built into, side by side. */
const parts = [
  {
    name: 'services',
    program: join('typescript', 'bin', 'tsc'),
    args: ['-p', 'tsconfig.build.json'],
    sources: serviceSources,
    output: toolFile,
  },
  {
    name: 'playground',
    program: join('vite', 'bin', 'vite.js'),
    args: ['build', '--config', join(playground, 'vite.config.ts')],
    sources: () => ['package-lock.json', ...filesBelow(playground, '').sort()],
    output: join('dist', playground, 'index.html'),
  },
];

const release = await takeTurn();
try {
  if (!isInstalled()) await install();
  await build();
} finally {
  release();
}
process.exit(await handOver());

/** npm keeps its own record of what it installed, written when it has finished; the packages have to be there too. */
function isInstalled() {
  const installed = readPackages(join('node_modules', '.package-lock.json'));
  if (installed === undefined || !existsSync(pinnedNode)) return false;
  return Object.entries(readPackages('package-lock.json') ?? {}).every(
    ([path, wanted]) =>
      path === '' ||
      wanted.optional ||
      (installed[path]?.version === wanted.version && existsSync(join(path, 'package.json'))),
  );
}

function readPackages(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * `npm ci` would refuse a lockfile that lacks the optional packages of other systems, as lockfiles do that were made where
 * the registry did not offer them. Without saving, `npm install` keeps to the lockfile just as well.
 */
async function install() {
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  // Node itself and PostgreSQL's libraries are put in place by install scripts, whatever the person's npm is set to.
  const order = ['install', '--no-save', '--include=dev', '--include=optional', '--ignore-scripts=false'];
  const quietly = ['--no-audit', '--no-fund', '--loglevel=error'];
  const [result] = await work('Installing', [[npm[0], [...npm.slice(1), ...order, ...quietly]]]);
  if (result.code !== 0) {
    giveUp(
      `npm could not install what the lockfile names:\n${ends(result.output)}`,
      diskIsFull(result.output)
        ? 'The disk is full. Free about 2 GB and start again.'
        : 'Check the network and the registry that npm uses (npm config get registry), then start again.',
    );
  }
}

/** Each part is skipped when nothing that it is made of changed since it was last built with success. */
async function build() {
  const stale = parts.filter((part) => !isFresh(part));
  if (stale.length === 0) return;
  removeOrphans();
  // The compiler trusts its own record of what it wrote; where the files are gone, the record has to go too.
  if (!existsSync(toolFile)) rmSync(join('dist', '.tsbuildinfo'), { force: true });
  for (const part of stale) rmSync(stampFile(part), { force: true });
  const results = await work(
    `Building ${stale.map(({ name }) => name).join(' and ')}`,
    stale.map(({ program, args }) => [pinnedNode, [join('node_modules', program), ...args]]),
  );
  for (const [index, part] of stale.entries()) {
    if (results[index].code === 0) writeFileSync(stampFile(part), stampOf(part));
  }
  const failed = results.findIndex(({ code }) => code !== 0);
  if (failed === -1) return;
  const { output } = results[failed];
  giveUp(
    `The ${stale[failed].name} could not be built:\n${ends(output)}`,
    diskIsFull(output) ? 'The disk is full. Free some space and start again.' : undefined,
  );
}

function isFresh(part) {
  if (!existsSync(part.output) || !existsSync(stampFile(part))) return false;
  return readFileSync(stampFile(part), 'utf8') === stampOf(part);
}

function stampFile({ name }) {
  return join('dist', `.built-${name}`);
}

function stampOf({ sources }) {
  const hash = createHash('sha256');
  for (const file of sources()) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}

function serviceSources() {
  const places = ['apps', 'libs', 'migrations', 'tools'].flatMap((directory) => filesBelow(directory, '.ts'));
  return ['package.json', 'tsconfig.json', 'tsconfig.build.json', ...places.sort()];
}

/** Compiled files whose source is gone: a migration that was renamed would run under both names. */
function removeOrphans() {
  for (const directory of ['apps', 'libs', 'migrations', 'tools']) {
    for (const compiled of filesBelow(join('dist', directory), '.js')) {
      const source = relative('dist', compiled).replace(/\.js$/, '.ts');
      if (/^(migrations|tools)\/|\/src\//.test(source) && !existsSync(source)) {
        rmSync(compiled, { force: true });
        rmSync(`${compiled}.map`, { force: true });
      }
    }
  }
}

function filesBelow(directory, extension) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(path, extension);
    return entry.name.endsWith(extension) ? [path] : [];
  });
}

/** Runs programs that take a while, says so once a second, and keeps what they print. */
async function work(label, commands) {
  const begun = Date.now();
  const seconds = () => `${Math.round((Date.now() - begun) / 1000)} s`;
  const { isTTY } = process.stdout;
  process.stdout.write(`${label}…${isTTY ? '' : '\n'}`);
  const beat = setInterval(
    () => process.stdout.write(isTTY ? `\r${label}… ${seconds()}` : `${label}… ${seconds()}\n`),
    isTTY ? 1_000 : 15_000,
  );
  const results = await Promise.all(commands.map(([command, args]) => run(command, args)));
  clearInterval(beat);
  process.stdout.write(`${isTTY ? '\r' : ''}${label}… ${seconds()}\n`);
  return results;
}

function run(command, args) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const interrupt = (signal) => {
      child.kill(signal);
      process.exit(130);
    };
    for (const signal of signals) process.once(signal, interrupt);
    const finish = (code) => {
      for (const signal of signals) process.off(signal, interrupt);
      resolve({ code, output });
    };
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', (fault) => {
      output += fault.message;
      finish(1);
    });
    child.once('close', finish);
  });
}

/**
 * Runs the tool and passes signals on, each press once: the terminal signals the whole foreground group and npm repeats
 * the same signal, so the tool lives in a group of its own and hears only from here.
 */
function handOver() {
  const child = spawn(pinnedNode, [toolFile, ...process.argv.slice(3)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
    env: { ...process.env, PATH: `${dirname(pinnedNode)}:${process.env.PATH}` },
  });
  let passedOnAt = -Infinity;
  const passOn = (signal) => {
    const now = performance.now();
    // npm's repetition comes within milliseconds; a second press of a person takes longer.
    if (now - passedOnAt < 500) return;
    passedOnAt = now;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It ended by itself at the same moment.
    }
  };
  for (const signal of signals) process.on(signal, passOn);
  if (process.env.npm_lifecycle_event !== undefined) onLossOfParent(() => passOn('SIGTERM'));
  return new Promise((resolve) => {
    child.once('error', (fault) => giveUp(`The tool "${tool}" could not be started: ${fault.message}`));
    child.once('exit', (code, signal) => resolve(signal === null ? code : 1));
  });
}

/** npm, or a shell that it put between, was killed in a way that it could not pass on. */
function onLossOfParent(react) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    react();
  }, 250);
  watch.unref();
}

/** Two commands in one checkout must not install or build at once. Returns how to end the turn. */
async function takeTurn() {
  const turn = join('dist', '.bootstrap-turn');
  mkdirSync('dist', { recursive: true });
  for (let waited = 0; ; waited += 1) {
    try {
      writeFileSync(turn, String(process.pid), { flag: 'wx' });
      return () => rmSync(turn, { force: true });
    } catch (fault) {
      if (fault.code === 'ENOSPC') giveUp('The disk is full.', 'Free some space and start again.');
      if (fault.code !== 'EEXIST') throw fault;
    }
    const holder = Number(readTurn(turn));
    if (holder > 0 && !isAlive(holder)) rmSync(turn, { force: true });
    else {
      if (waited === 0) process.stdout.write('Another command is installing or building here; waiting for it…\n');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function readTurn(turn) {
  try {
    return readFileSync(turn, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (fault) {
    return fault.code === 'EPERM';
  }
}

function diskIsFull(output) {
  return /ENOSPC|no space left on device/i.test(output);
}

/** The beginning says what happened, the end says where. */
function ends(text) {
  const lines = text.trim().split('\n');
  return (lines.length <= 40 ? lines : [...lines.slice(0, 20), '…', ...lines.slice(-20)]).join('\n');
}

function giveUp(what, remedy) {
  process.stderr.write(`\n${what}\n${remedy === undefined ? '' : `  · ${remedy}\n`}`);
  process.exit(1);
}
