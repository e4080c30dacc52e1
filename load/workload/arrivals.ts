import type { LoadOptions } from '../options.js';

/**
 * When each of `count` requests is due, in milliseconds after the start, ascending.
 * Steady: evenly at `rate`. Ramp: the rate grows evenly from 0 to `rate` over the duration. Requests that would come
 * after the duration are left out, so that there may be fewer than `count`.
 */
export function arrivalTimes(
  { profile, rate, durationSec }: Pick<LoadOptions, 'profile' | 'rate' | 'durationSec'>,
  count: number,
): number[] {
  const perSecond = rate ?? 0;
  switch (profile) {
    case 'burst':
      return new Array<number>(count).fill(0);
    case 'steady':
      return timesWithin(durationSec, count, (index) => index / perSecond);
    case 'ramp':
      // rate(t) = rate · t / duration, so that the n-th request comes at √(2 · n · duration / rate)
      return timesWithin(durationSec, count, (index) => Math.sqrt((2 * index * durationSec) / perSecond));
    default:
      return profile satisfies never;
  }
}

function timesWithin(durationSec: number, count: number, secondsOf: (index: number) => number): number[] {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const seconds = secondsOf(index);
    if (seconds >= durationSec) break;
    times.push(seconds * 1000);
  }
  return times;
}
