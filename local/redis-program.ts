import { ensureProgram, findFirst, type Print, type SystemProgram } from './system-package.js';

const REDIS: SystemProgram = {
  programs: ['redis-server', 'valkey-server'],
  package: 'redis-server',
  service: 'redis-server',
  howToGetIt:
    'Redis is missing: run "sudo apt-get install redis-server" or "brew install redis", or set REDIS_URL.',
};

/**
 * Finds `redis-server` or `valkey-server`; as root on Debian or Ubuntu it installs the former.
 * @returns the program's path
 * @throws LocalError, one line that says what to install
 */
export function ensureRedisProgram(print: Print = () => undefined): Promise<string> {
  return ensureProgram(REDIS, print);
}

export function findRedisProgram(): string | undefined {
  return findFirst(REDIS);
}
