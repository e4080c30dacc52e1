import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Exchange } from '../generator/exchange.js';
import { Journal, readJournal, type JournalEntry } from '../journal.js';
import { Meter } from '../meter.js';
import { randomOf } from '../random.js';
import { OrderAttempts, type Order } from './order-attempts.js';
import type { Scenario } from './scenario.js';
import { Workload } from './workload.js';

const LINES = [{ item: 0, quantity: 1 }];

describe('the workload', () => {
  let folder: string;
  let journal: Journal;
  let meter: Meter;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'workload-'));
    journal = new Journal(path.join(folder, 'journal.jsonl'));
    meter = new Meter([1]);
  });
  afterEach(() => {
    journal.close();
    rmSync(folder, { recursive: true });
  });

  function workloadOf(
    arrivals: Scenario['arrivals'],
    { retries = 0, closedLoop = false }: { retries?: number; closedLoop?: boolean } = {},
  ): Workload {
    const buyers = Array.from({ length: 3 }, (_, buyer) => buyer);
    const workload = new Workload({
      scenario: { orders: buyers.map((buyer) => ({ buyer, key: `key-${buyer}`, lines: LINES })), arrivals },
      orders: buyers.map((buyer): Order => ({
        buyerId: `buyer-${buyer}`,
        token: `token-${buyer}`,
        key: `key-${buyer}`,
        saleId: 'sale',
        lines: [{ itemId: 'item', quantity: 1 }],
      })),
      read: { method: 'GET', path: '/v1/sales/sale', headers: {} },
      retries,
      closedLoop,
      attempts: new OrderAttempts(journal),
      meter,
      random: randomOf(1),
    });
    workload.begin(1_000);
    return workload;
  }

  function taken(exchange: Exchange | undefined): Exchange {
    if (!exchange) throw new Error('Nothing is due.');
    return exchange;
  }

  async function written(): Promise<JournalEntry[]> {
    journal.flush();
    const entries: JournalEntry[] = [];
    for await (const entry of readJournal(journal.file)) entries.push(entry);
    return entries;
  }

  it('hands out what is due, and says when the next is', () => {
    const workload = workloadOf([
      { dueMs: 0, order: 0 },
      { dueMs: 50, order: undefined },
    ]);
    const order = taken(workload.take(1_000, 900));
    expect(order.request).toMatchObject({ method: 'POST', path: '/v1/orders' });
    expect(order.request.headers).toMatchObject({
      authorization: 'Bearer token-0',
      'idempotency-key': 'key-0',
    });
    expect(workload.take(1_049, 900)).toBeUndefined();
    expect(workload.nextDueMs()).toBe(1_050);
    expect(taken(workload.take(1_050, 900)).request.path).toBe('/v1/sales/sale');
    expect(workload.nextDueMs()).toBeUndefined();
    expect(workload.finished).toBe(false);
  });

  it('writes each attempt down before it leaves and after its answer', async () => {
    const workload = workloadOf([{ dueMs: 0, order: 0 }]);
    const exchange = taken(workload.take(1_004, 900));
    expect(await written()).toMatchObject([
      { type: 'send', attempt: 0, buyerId: 'buyer-0', key: 'key-0', intendedMs: 1_000, sentMs: 1_004 },
    ]);
    exchange.answered(
      { status: 201, body: '{"id":"o"}', headers: { 'Idempotency-Replayed': 'true' } },
      1_030,
    );
    expect((await written())[1]).toMatchObject({ type: 'answer', attempt: 0, outcome: 'ok', replayed: true });
    expect(workload.finished).toBe(true);
    expect(meter).toMatchObject({ offered: 1, accepted: 1, soldOutMs: 30 });
    expect(meter.latency.accepted.summary().max).toBe(30);
  });

  it('measures from the intended time, and blames no waiting for a connection on the harness', () => {
    const workload = workloadOf([{ dueMs: 0, order: 0 }]);
    taken(workload.take(1_200, 1_195)).answered(
      { status: 409, body: '{"code":"sold_out"}', headers: {} },
      1_210,
    );
    expect(meter.latency.refused.summary().max).toBe(210);
    expect(meter.sendLag.summary().max).toBe(5);
    expect(meter.waitedForConnection).toBe(1);
  });

  it('lets a buyer in a burst press the button when a connection is free for him', () => {
    const workload = workloadOf([{ dueMs: 0, order: 0 }], { closedLoop: true });
    taken(workload.take(1_200, 1_195)).answered(
      { status: 409, body: '{"code":"sold_out"}', headers: {} },
      1_210,
    );
    expect(meter.latency.refused.summary().max).toBe(15);
  });

  it('sends an order again with the same key, when Retry-After says, and counts it once', async () => {
    const workload = workloadOf([{ dueMs: 0, order: 0 }], { retries: 2 });
    const overloaded = { status: 503, body: '{"code":"overloaded"}', headers: { 'retry-after': '2' } };
    taken(workload.take(1_000, 900)).answered(overloaded, 1_010);
    expect(workload.finished).toBe(false);
    const dueMs = workload.nextDueMs() ?? 0;
    expect(dueMs).toBeGreaterThanOrEqual(3_010);
    expect(dueMs).toBeLessThan(3_510);
    expect(workload.take(dueMs - 1, 900)).toBeUndefined();
    taken(workload.take(dueMs, 900)).answered({ status: 201, body: '{}', headers: {} }, dueMs + 5);
    const keys = (await written()).flatMap((entry) => (entry.type === 'send' ? [entry.key] : []));
    expect(keys).toEqual(['key-0', 'key-0']);
    expect(meter).toMatchObject({ offered: 1, accepted: 1, resent: 1, undecidedTotal: 0 });
    expect(meter.latency.accepted.summary().max).toBeGreaterThan(2_000); // what the buyer felt
  });

  it('waits for no Retry-After longer than a buyer would', () => {
    const workload = workloadOf([{ dueMs: 0, order: 0 }], { retries: 1 });
    const limited = { status: 429, body: '{"code":"rate_limited"}', headers: { 'Retry-After': '3600' } };
    taken(workload.take(1_000, 900)).answered(limited, 1_000);
    expect(workload.nextDueMs()).toBeLessThanOrEqual(1_000 + 5_000 * 1.25);
  });

  it('gives up after the last retry, and never retries a refusal', () => {
    const workload = workloadOf(
      [
        { dueMs: 0, order: 0 },
        { dueMs: 0, order: 1 },
      ],
      { retries: 1 },
    );
    taken(workload.take(1_000, 900)).lost('connection_lost', 1_001);
    taken(workload.take(1_000, 900)).answered(
      { status: 409, body: '{"code":"sold_out"}', headers: {} },
      1_002,
    );
    taken(workload.take(2_000, 900)).lost('timeout', 2_001);
    expect(workload.finished).toBe(true);
    expect(Object.fromEntries(meter.undecided)).toEqual({ timeout: 1 });
    expect(Object.fromEntries(meter.refused)).toEqual({ sold_out: 1 });
  });

  it('begins nothing new once it is told to stop, and cuts off what waits at the end', () => {
    const workload = workloadOf(
      [
        { dueMs: 0, order: 0 },
        { dueMs: 100, order: 1 },
      ],
      { retries: 1 },
    );
    taken(workload.take(1_000, 900)).lost('timeout', 1_001);
    workload.stopOffering();
    expect(workload.nextDueMs()).toBeLessThan(1_200); // the retry
    workload.cutOff(1_050);
    expect(workload.finished).toBe(true);
    expect(Object.fromEntries(meter.undecided)).toEqual({ cut_off: 1 });
    expect(meter.offered).toBe(1);
  });

  it('counts reads apart from orders', () => {
    const workload = workloadOf([
      { dueMs: 0, order: undefined },
      { dueMs: 0, order: undefined },
    ]);
    taken(workload.take(1_000, 900)).answered({ status: 200, body: '{}', headers: {} }, 1_007);
    taken(workload.take(1_000, 900)).answered({ status: 500, body: '', headers: {} }, 1_008);
    expect(meter).toMatchObject({ reads: 2, failedReads: 1, offered: 0 });
    expect(meter.latency.reads.count).toBe(1);
  });
});
