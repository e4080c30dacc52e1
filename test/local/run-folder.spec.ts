import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openRunFolder } from '../../local/run-folder.js';
import { mayMount, mountDisk, run } from '../support/mounts.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder('run-folder');

afterAll(() => folder.remove());

/** As a run leaves it that was killed. */
function abandoned(): string {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const left = path.join(folder.path, `run-${pid}`);
  mkdirSync(path.join(left, 'tmp', 'a disk'), { recursive: true });
  writeFileSync(path.join(left, 'tmp', 'a file'), '');
  return left;
}

test('what a killed run has left is cleared away, and another run’s is not', async () => {
  const left = abandoned();
  const another = await openRunFolder(folder.path, 'another');
  const own = await openRunFolder(folder.path, 'run');
  expect([left, another.path, own.path].map((name) => existsSync(name))).toEqual([false, true, true]);
  await own.remove();
  await another.remove();
  expect([another.path, own.path].map((name) => existsSync(name))).toEqual([false, false]);
});

(mayMount() ? test : test.skip)('a disk that it had mounted, too', async () => {
  const left = abandoned();
  const disk = path.join(left, 'tmp', 'a disk');
  expect(mountDisk(disk, '1m')).toBe(true);
  try {
    const own = await openRunFolder(folder.path, 'run');
    expect(existsSync(left)).toBe(false);
    await own.remove();
  } finally {
    run('umount', disk); // where it was not
  }
});
