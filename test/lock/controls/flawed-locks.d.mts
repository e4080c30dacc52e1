import type { LockProvider } from '#lock';

export interface FlawedLockOptions {
  readonly url: string;
  readonly prefix: string;
  readonly pauseMs?: number;
  readonly diesAt?: string;
  readonly stoppedClockMs?: number;
}

export type FlawedLock =
  'PlainRedisLock' | 'SetnxThenExpire' | 'GetThenDel' | 'GetThenExpire' | 'ClockAsToken';

export function openProvider(argument: { lock: FlawedLock; options: FlawedLockOptions }): LockProvider;
