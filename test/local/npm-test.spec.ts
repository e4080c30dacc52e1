import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import { LauncherProcess, ROOT } from './launcher-process.js';
import { memoryOr } from '../../local/memory-folder.js';
import { eventually } from '../support/wait.js';
import { descendantsOf, runningOf } from './process-table.js';
import { temporaryFolder } from './temporary-folder.js';

jest.setTimeout(120_000);

const folder = temporaryFolder('npm-test');
const config = JSON.stringify({ rootDir: folder.path, testMatch: ['**/*.spec.mjs'], transform: {} });

afterAll(() => folder.remove());

function write(name: string, text: string): void {
  writeFileSync(path.join(folder.path, `${name}.spec.mjs`), text);
}

function runTests(...args: string[]): LauncherProcess {
  const command = ['scripts/run.mjs', 'test', '--config', config, ...args];
  return LauncherProcess.run(process.execPath, command, { npm_lifecycle_event: 'test' });
}

function runFoldersOf(launcher: LauncherProcess): string[] {
  const parent = memoryOr(path.join(ROOT, '.data'));
  return readdirSync(parent).filter((name) => name.endsWith(`-${launcher.pid}`));
}

test('its last line counts, a file that cannot be run included, and its exit code follows', async () => {
  write(
    'mixed',
    `test('a', () => {}); test('b', () => { throw new Error('b'); }); test.skip('c', () => {});`,
  );
  write('broken', `import './not-there.mjs';`);
  const everything = runTests();
  expect(await everything.exit).toBe(1);
  expect(everything.lines.filter((line) => /^\d+ passed, /.test(line))).toEqual([
    '1 passed, 2 failed, 1 skipped',
  ]);
  expect(runFoldersOf(everything)).toEqual([]);

  const passing = runTests('-t', 'a', 'mixed');
  expect(await passing.exit).toBe(0);
  expect(passing.output).toContain('1 passed, 0 failed, 2 skipped');

  const nothing = runTests('-t', 'no such test', 'mixed');
  expect(await nothing.exit).toBe(1);
  expect(nothing.output).toContain('No test ran.');
});

test('gives its tests a PostgreSQL and a Redis, and none of the settings of the shell it is called from', async () => {
  write(
    'environment',
    `test('a', () => {
      expect(process.env.TEST_POSTGRES_URL).toMatch(/^postgres:.*\\/postgres$/);
      expect(process.env.TEST_REDIS_URL).toMatch(/^redis:/);
      expect(process.env.TEST_TEMPLATE_DATABASE).toBe('holdfast_template');
      expect(process.env.DATABASE_URL).toBeUndefined();
    });`,
  );
  const command = ['scripts/run.mjs', 'test', '--config', config, 'environment'];
  const launcher = LauncherProcess.run(process.execPath, command, {
    DATABASE_URL: 'postgres://shop.example/shop',
  });
  expect(await launcher.exit).toBe(0);
});

test('stopped half-way it leaves neither a server, nor a worker, nor its folder', async () => {
  const names = ['endless-one', 'endless-two']; // a single file would need no worker
  for (const name of names) {
    const marker = JSON.stringify(path.join(folder.path, `${name}.begun`));
    const body = `fs.writeFileSync(${marker}, ''); return new Promise((end) => setTimeout(end, 1e6));`;
    write(
      name,
      `import fs from 'node:fs'; process.on('SIGTERM', () => {}); test('a', () => { ${body} }, 1e6);`,
    );
  }
  const launcher = runTests('endless', '--maxWorkers=2', '--verbose=false');
  await launcher.says(/running Jest/);
  expect(runFoldersOf(launcher)).toHaveLength(1);
  await eventually(() => {
    expect(names.filter((name) => existsSync(path.join(folder.path, `${name}.begun`)))).toEqual(names);
  });
  const pids = descendantsOf(launcher.pid);
  launcher.signal('SIGINT');
  await launcher.exit;
  expect(runningOf(pids)).toEqual([]);
  expect(runFoldersOf(launcher)).toEqual([]);
});
