// The one entry behind every npm script. It needs nothing but Node: it installs the dependencies when they are
// missing or out of date, builds, and then runs the task.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const MINIMUM_NODE = [20, 19];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const TASKS = {
  start: {
    about: 'run the service with its own PostgreSQL and Redis',
    hasHelp: true,
    run: () => inProcess('local/start.js'),
  },
  dev: {
    about: 'the same, with reload: pages at once, the service when its sources change',
    run: async () => (await import('./dev.mjs')).dev(root),
  },
  test: {
    about: 'run every test (arguments go to Jest)',
    hasHelp: true,
    run: () => inProcess('local/test.js'),
  },
  'test:conformance': {
    about: 'test each lock provider case by case, and print the table (--full: in full size)',
    hasHelp: true,
    run: () => {
      process.argv.splice(2, 0, 'test/lock/(conformance|controls|redis)/');
      return inProcess('local/test.js');
    },
  },
  'test:pgbouncer': {
    about: 'run the tests of orders and routes behind PgBouncer in transaction mode',
    hasHelp: true,
    run: () => {
      process.argv.splice(2, 0, '--pgbouncer', 'test/(correctness/(?!behind)|e2e/|placement/)');
      return inProcess('local/test.js');
    },
  },
  'test:upgrade': {
    about: 'replace an older version by this one under load (--from <commit>)',
    run: async () => {
      const { previousVersion, UpgradeError } = await import('./previous-version.mjs');
      try {
        process.env.TEST_PREVIOUS_VERSION = await previousVersion(root, process.argv.slice(2));
      } catch (error) {
        throw error instanceof UpgradeError ? new StepError(error.message) : error;
      }
      process.argv.splice(2, process.argv.length, 'test/cluster/');
      await inProcess('local/test.js');
    },
  },
  'test:faults': {
    about: 'test every fault under load in full size, and print the table',
    hasHelp: true,
    run: () => {
      process.argv.splice(2, 0, 'test/faults/', '--full');
      return inProcess('local/test.js');
    },
  },
  load: {
    about: 'run the load harness (--help for its options)',
    hasHelp: true,
    run: () => inProcess('load/main.js'),
  },
  bench: {
    about: 'measure the ceiling and every reservation strategy (--help for its options)',
    hasHelp: true,
    run: () => inProcess('bench/orders/main.js'),
  },
  'bench:lock': {
    about: 'measure the lock against other libraries (--help for its options)',
    hasHelp: true,
    run: () => inProcess('bench/lock/main.js'),
  },
  drill: {
    about: 'lose a server under load and see that nothing is lost (--list for the drills)',
    hasHelp: true,
    run: () => inProcess('drills/main.js'),
  },
  soak: {
    about: 'run for long under mixed load and faults, and judge what grows (--help for its options)',
    hasHelp: true,
    run: () => inProcess('soak/main.js'),
  },
  simulate: {
    about: 'simulate the service in virtual time, with faults (--help for its options)',
    hasHelp: true,
    run: () => inProcess('simulation/main.js'),
  },
  migrate: {
    about: 'apply the migrations to DATABASE_URL (--help for the grants)',
    hasHelp: true,
    run: () => inProcess('apps/api/migrate.js'),
  },
  doctor: {
    about: 'look at a deployment before it goes live (--help for its options)',
    hasHelp: true,
    run: () => inProcess('apps/doctor/main.js'),
  },
  'api:generate': {
    about: 'write the OpenAPI document and the types of the client from the code',
    run: () => inProcess('apps/api/contract/generate.js'),
  },
  'api:check': {
    about: 'hold the OpenAPI document and the types of the client against the code',
    run: () => inProcess('apps/api/contract/check.js'),
  },
  pictures: {
    about: 'take the pictures of the README',
    run: async () => (await import('./pictures.mjs')).takePictures(root),
  },
  build: { about: 'compile to dist/', run: () => undefined },
  check: {
    about: 'formatting, lint, imports, types, dependencies, the client against the code',
    run: async () => {
      // Side by side: the lint takes longest, and one core.
      await all([
        command(process.execPath, [path.join('scripts', 'audit.mjs')], 'the audit of the dependencies'),
        step('Lint', 'eslint', ['.']),
        step('Formatting', 'prettier', ['--check', '.', '--log-level', 'warn'])
          .then(() => step('Types', 'tsc', ['--noEmit']))
          .then(() => step('Types of the pages', 'tsc', ['-p', 'apps/web'])),
      ]);
      await build();
      await inProcess('apps/api/contract/check.js');
    },
  },
};

/** A program that we ran did not succeed; it has said why. */
class StepError extends Error {}

async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  const task = TASKS[name];
  if (!task) {
    const width = Math.max(...Object.keys(TASKS).map((key) => key.length));
    const lines = Object.entries(TASKS).map(([key, { about }]) => `  npm run ${key.padEnd(width)}  ${about}`);
    fail(`usage: npm run <task> [-- options]\n${lines.join('\n')}`);
  }
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
    fail(`Holdfast needs Node ${MINIMUM_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  }
  if (!task.hasHelp && args.includes('--help')) {
    console.log(`npm run ${name}: ${task.about}`);
    return;
  }
  stopWithNpm();
  await ensureDependencies();
  if (name !== 'check') await build();
  process.argv.splice(2, process.argv.length, ...args);
  await task.run();
}

/** npm hands a signal to the shell it started us with, and many a shell ends without handing it on. */
function stopWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 100).unref();
}

/** Installs exactly what package-lock.json says, unless that has been done. */
async function ensureDependencies() {
  if (areInstalled()) return;
  const started = Date.now();
  console.log('Installing the dependencies (once, about a minute) …');
  const progress = setInterval(
    () => console.log(`  … still installing, ${Math.round((Date.now() - started) / 1000)} s`),
    10_000,
  );
  // --include=dev: the compiler and the local servers are needed whatever NODE_ENV says
  await command('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], 'npm ci');
  clearInterval(progress);
  console.log(`Dependencies installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/** npm notes at the end of every installation what it installed; packages for other platforms are not among it. */
function areInstalled() {
  const wanted = readPackages('package-lock.json');
  const present = readPackages(path.join('node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(([place, { version, optional, devOptional }]) => {
    return place === '' || optional || devOptional || present[place]?.version === version;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}

async function build() {
  const program = await import('./build.mjs');
  await program.build(root);
}

/** Runs a compiled program inside this process, so that signals reach it without a relay. */
function inProcess(file) {
  return import(new URL(`../dist/${file}`, import.meta.url).href);
}

async function step(title, tool, args) {
  const started = Date.now();
  await command(bin(tool), args, title.toLowerCase());
  console.log(`${title}: ok (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

function command(file, args, what) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
    const relay = (signal) => child.kill(signal); // its end, with that signal, is then ours
    for (const signal of SIGNALS) process.on(signal, relay);
    child.on('error', (error) => reject(new StepError(`Could not run ${what}: ${error.message}`)));
    child.on('exit', (code, signal) => {
      for (const name of SIGNALS) process.off(name, relay);
      if (code === 0) resolve();
      else reject(new StepError(`${what} failed (${signal ?? `exit ${code}`}).`));
    });
  });
}

/** Waits for all of them, so that none is left behind. @throws the first one's error */
async function all(steps) {
  const failed = (await Promise.allSettled(steps)).find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}

function bin(tool) {
  return path.join(root, 'node_modules', '.bin', tool);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  fail(error.message);
}
