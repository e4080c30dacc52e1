import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** @returns whether it ended well */
export function run(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** A small disk of its own, in memory. @param size as mount(8) takes it */
export function mountDisk(folder: string, size: string): boolean {
  return run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder);
}

/** It is root's, and not in every container. */
export function mayMount(): boolean {
  const probe = mkdtempSync(path.join(tmpdir(), 'holdfast-mount-'));
  try {
    return mountDisk(probe, '1m') && run('umount', probe);
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
