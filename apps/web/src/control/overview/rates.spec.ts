import { describe, expect, it } from '@jest/globals';
import { increaseBetween, ratesBetween, totalOf } from './rates.js';
import { readCounters } from './service-counters.js';

const scrape = (atMs: number, figures: Record<string, number>) =>
  readCounters(
    Object.entries(figures)
      .map(([name, value]) => `holdfast_${name} ${value}`)
      .join('\n'),
    atMs,
  );
const outcome = (name: string) => `orders_total{strategy="batched",outcome="${name}"}`;

describe('the rates between two scrapes', () => {
  it('are a second, whatever lies between them', () => {
    const before = scrape(1_000, { [outcome('accepted')]: 10, [outcome('sold_out')]: 5 });
    const after = scrape(3_000, { [outcome('accepted')]: 110, [outcome('sold_out')]: 25, orders_waiting: 7 });
    const rates = ratesBetween(before, after);
    expect([rates.accepted, rates.refused.soldOut, rates.waiting]).toEqual([50, 10, 7]);
    expect(increaseBetween(before, after)).toMatchObject({ accepted: 100, refused: { soldOut: 20 } });
  });

  it('begin anew where a counter fell: its process restarted', () => {
    const before = scrape(0, {
      [outcome('accepted')]: 1_000,
      lane_batch_orders_sum: 900,
      lane_batch_orders_count: 90,
    });
    const after = scrape(1_000, {
      [outcome('accepted')]: 12,
      lane_batch_orders_sum: 12,
      lane_batch_orders_count: 4,
    });
    const rates = ratesBetween(before, after);
    expect([rates.accepted, rates.batchOrders]).toEqual([12, 3]);
  });

  it('give the means of what was observed in between, and null where nothing was', () => {
    const wait = (name: string) => `lock_wait_seconds_${name}{class="inventory:item:deduct"}`;
    const other = (name: string) => `lock_wait_seconds_${name}{class="order:pay"}`;
    const before = scrape(0, { [wait('sum')]: 1, [wait('count')]: 10, [other('count')]: 1 });
    const after = scrape(1_000, { [wait('sum')]: 1.5, [wait('count')]: 20, [other('count')]: 900 });
    expect(ratesBetween(before, after)).toMatchObject({
      lockWaitMs: 50,
      lockHoldMs: null,
      batchOrders: null,
    });
  });

  it('count every refusal once, those without a name of their own as other', () => {
    const codes = [
      'sold_out',
      'purchase_limit_reached',
      'sale_paused',
      'sale_ended',
      'overloaded',
      'price_changed',
    ];
    const after = scrape(1_000, {
      [outcome('accepted')]: 9,
      ...Object.fromEntries(codes.map((code) => [outcome(code), 1])),
    });
    const { refused } = ratesBetween(scrape(0, {}), after);
    expect(refused).toEqual({ soldOut: 1, limitReached: 1, notLive: 2, overloaded: 1, other: 1 });
    expect(totalOf(refused)).toBe(codes.length);
  });
});
