import { spawnSync } from 'node:child_process';
import { ensureProgram, findFirst, type Print, type SystemProgram } from './system-package.js';

const REDIS: SystemProgram = {
  programs: ['redis-server', 'valkey-server'],
  package: 'redis-server',
  howToGetIt:
    'Redis is missing: run "sudo apt-get install redis-server" or "brew install redis", or set REDIS_URL.',
};

/**
 * Finds `redis-server` or `valkey-server`; as root on Debian or Ubuntu it installs the former.
 * @returns the program's path
 * @throws LocalError, one line that says what to install
 */
export async function ensureRedisProgram(print: Print = () => undefined): Promise<string> {
  const { path, installed } = await ensureProgram(REDIS, print);
  if (installed) {
    // Debian starts what it installs, now and at every boot. Nobody asked for that one: ours is started when needed.
    spawnSync('invoke-rc.d', ['redis-server', 'stop'], { stdio: 'ignore' });
    spawnSync('update-rc.d', ['redis-server', 'disable'], { stdio: 'ignore' });
  }
  return path;
}

export function findRedisProgram(): string | undefined {
  return findFirst(REDIS.programs);
}
