import type { Refusal, ServiceCounters, Totals } from './service-counters.js';

/** What happened between two scrapes, in whole numbers. */
export interface Increase {
  readonly accepted: number;
  readonly replayed: number;
  readonly refused: Readonly<Record<Refusal, number>>;
}

/** The same a second, with the means of the histograms; null where nothing was observed. */
export interface Rates extends Increase {
  readonly batchOrders: number | null;
  readonly lockWaitMs: number | null;
  readonly lockHoldMs: number | null;
  readonly waiting: number;
}

/** How far a counter rose. One that fell began anew at 0 with its process. */
export function rise(before: number, after: number): number {
  return after < before ? after : after - before;
}

export function increaseBetween(before: ServiceCounters, after: ServiceCounters): Increase {
  return {
    accepted: rise(before.accepted, after.accepted),
    replayed: rise(before.replayed, after.replayed),
    refused: mapRefusals(after.refused, (count, refusal) => rise(before.refused[refusal], count)),
  };
}

export function ratesBetween(before: ServiceCounters, after: ServiceCounters): Rates {
  const seconds = Math.max(after.atMs - before.atMs, 1) / 1_000;
  const { accepted, replayed, refused } = increaseBetween(before, after);
  return {
    accepted: accepted / seconds,
    replayed: replayed / seconds,
    refused: mapRefusals(refused, (count) => count / seconds),
    batchOrders: meanBetween(before.batches, after.batches),
    lockWaitMs: inMs(meanBetween(before.lockWaits, after.lockWaits)),
    lockHoldMs: inMs(meanBetween(before.lockHolds, after.lockHolds)),
    waiting: after.waiting,
  };
}

export function totalOf(refused: Readonly<Record<Refusal, number>>): number {
  return Object.values(refused).reduce((total, count) => total + count, 0);
}

function meanBetween(before: Totals, after: Totals): number | null {
  const restarted = after.count < before.count;
  const count = restarted ? after.count : after.count - before.count;
  const sum = restarted ? after.sum : after.sum - before.sum;
  return count > 0 ? sum / count : null;
}

function inMs(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1_000;
}

function mapRefusals(
  refused: Readonly<Record<Refusal, number>>,
  change: (count: number, refusal: Refusal) => number,
): Record<Refusal, number> {
  return {
    soldOut: change(refused.soldOut, 'soldOut'),
    limitReached: change(refused.limitReached, 'limitReached'),
    notLive: change(refused.notLive, 'notLive'),
    overloaded: change(refused.overloaded, 'overloaded'),
    other: change(refused.other, 'other'),
  };
}
