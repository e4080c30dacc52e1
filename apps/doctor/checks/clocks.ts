import type { ClockOffset } from '../facts/clock.js';
import type { RedisFacts } from '../facts/redis.js';
import { finding, type Finding } from '../finding.js';

const WARN_MS = 1_000;
const FAIL_MS = 30_000;

/** What differs from this host's clock by more than can be measured, is wrong. */
export function checkClocks(
  postgres: ClockOffset | undefined,
  redis: readonly Pick<RedisFacts, 'name' | 'clock'>[],
): Finding[] {
  const clocks = [...(postgres ? [{ name: 'postgresql', clock: postgres }] : []), ...redis];
  return clocks.map(({ name, clock }) => checkClock(name, clock));
}

function checkClock(name: string, { offsetMs, accuracyMs }: ClockOffset): Finding {
  const skewMs = Math.max(0, Math.abs(offsetMs) - accuracyMs);
  const direction = offsetMs > 0 ? 'ahead of' : 'behind';
  const found = `${Math.round(Math.abs(offsetMs))} ms ${direction} this host (± ${Math.ceil(accuracyMs)} ms)`;
  return finding(`${name} clock`, found, {
    holds: skewMs < WARN_MS,
    otherwise: skewMs < FAIL_MS ? 'warn' : 'fail',
    advice:
      'Let NTP keep both: a sale starts by the clock of PostgreSQL, whatever countdowns and signatures of other hosts say.',
  });
}
