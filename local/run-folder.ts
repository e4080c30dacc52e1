import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { LocalError, reasonOf } from './errors.js';
import { stopServersBelow, unmountBelow } from './left-overs.js';
import { readPidFile, writePidFile } from './pid-file.js';
import { isAlive } from './processes.js';
import { sleep } from './wait.js';

const PID_FILE = 'run.pid';
const REMOVAL_ATTEMPTS = 20;

/** A folder that lasts as long as this process, for the servers that it starts. */
export interface RunFolder {
  readonly path: string;
  /** Stops what still runs in it, and removes it. */
  remove(): Promise<void>;
}

/**
 * Makes `<parent>/<prefix>-<pid>`, after clearing away what killed processes left behind beside it, their servers
 * included.
 */
export async function openRunFolder(parent: string, prefix: string): Promise<RunFolder> {
  mkdirSync(parent, { recursive: true });
  await removeAbandoned(parent, prefix);
  const folder = path.join(parent, `${prefix}-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  writePidFile(path.join(folder, PID_FILE), process.pid);
  return { path: folder, remove: () => removeFolder(folder) };
}

async function removeAbandoned(parent: string, prefix: string): Promise<void> {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(`${prefix}-`)) continue;
    const pid = Number(name.slice(prefix.length + 1));
    if (!Number.isInteger(pid)) continue;
    const pidFile = path.join(parent, name, PID_FILE);
    const isStarting = !existsSync(pidFile) && isAlive(pid); // another run, a moment old
    if (!isStarting && !readPidFile(pidFile)) await removeFolder(path.join(parent, name));
  }
}

async function removeFolder(folder: string): Promise<void> {
  for (let attempt = 1; existsSync(folder); attempt += 1) {
    await stopServersBelow(folder);
    unmountBelow(folder);
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (attempt >= REMOVAL_ATTEMPTS) {
        throw new LocalError(`${folder} cannot be removed (${reasonOf(error)}). Remove it by hand.`);
      }
      await sleep(200); // something was still writing
    }
  }
}
