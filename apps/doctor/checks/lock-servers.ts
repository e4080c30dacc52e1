import type { LockServerFacts } from '../facts/lock-server.js';
import { finding, ok, type Finding } from '../finding.js';

const SLOW_MS = 250;

export function checkLockServer({ name, tookMs }: LockServerFacts): Finding {
  return finding(`${name} connection`, `answered within ${Math.ceil(tookMs)} ms`, {
    holds: tookMs < SLOW_MS,
    otherwise: 'warn',
    advice: 'An item changes hands by several of its answers: give it a quicker disk, or a shorter way.',
  });
}

/** @param count of those that the settings name */
export function checkLockServers(provider: string, count: number): Finding[] {
  if (count === 0) return [];
  const check = `${provider} servers`;
  if (count >= 3 && count % 2 === 1) return [ok(check, String(count))];
  const advice =
    count < 3
      ? 'Name three or five: with fewer the loss of one takes the locks away, and orders go on under the row lock.'
      : 'Take one more or one less: an even number bears the loss of no more than the odd one below it.';
  return [{ verdict: 'warn', check, found: String(count), advice }];
}
