import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import { LauncherProcess, ROOT } from './launcher-process.js';
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

function runFolderOf(launcher: LauncherProcess): string[] {
  return readdirSync(path.join(ROOT, '.data')).filter((name) => name === `test-${launcher.pid}`);
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
  expect(runFolderOf(everything)).toEqual([]);

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

test('stopped half-way it leaves neither a server nor its folder', async () => {
  write('endless', `test('a', () => { console.log('under way'); return new Promise(() => {}); }, 1e6);`);
  const launcher = runTests('endless', '--verbose=false');
  await launcher.says(/running Jest/);
  const pids = descendantsOf(launcher.pid);
  expect(pids.length).toBeGreaterThan(2);
  await launcher.stop();
  expect(runningOf(pids)).toEqual([]);
  expect(runFolderOf(launcher)).toEqual([]);
});
