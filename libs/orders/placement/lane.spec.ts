import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { Deadline } from './deadline.js';
import { Lane, type LaneWork, type Waiting } from './lane.js';
import type { Outcome, PlacementRequest } from './placement.js';
import { LaneLeftError, LaneTimeoutError, type Attempt } from './reservation-strategy.js';
import { Waiter } from './waiter.js';

const MARGIN_MS = 50;

/** Work that lets everything through, one batch at a time, when it is told to. */
class Turnstile implements LaneWork {
  readonly batches: string[][] = [];
  readonly answered: string[] = [];
  readonly closedItems = new Set<string>();
  batchSize = Infinity;
  isStopped = false;
  prepared = 0;
  /** For each call of `prepare` how many waited, and how many of them were known. */
  readonly preparations: (readonly [number, number])[] = [];
  /** In whose name it was last prepared. */
  preparedIn = context.active();
  private readonly held: (() => void)[] = [];

  prepare(waiting: readonly Waiting[], known: number): void {
    this.prepared += 1;
    this.preparations.push([waiting.length, known]);
    this.preparedIn = context.active();
  }

  choose(waiting: readonly Waiting[]): readonly Waiting[] {
    return waiting.filter(({ request }) => !this.closedItems.has(request.saleId)).slice(0, this.batchSize);
  }

  async place(batch: readonly Waiting[]): Promise<() => void> {
    this.batches.push(batch.map(({ request }) => request.orderId));
    if (this.isStopped) await new Promise<void>((resolve) => this.held.push(resolve));
    return () => {
      for (const { request, settle } of batch) {
        this.answered.push(request.orderId);
        settle({ kind: 'replayed', orderId: request.orderId });
      }
    };
  }

  go(): void {
    this.isStopped = false;
    for (const release of this.held.splice(0)) release();
  }
}

const order = (orderId: string, saleId = 'any') => ({ orderId, saleId }) as PlacementRequest;

function attempt(deadlineMs = 5_000, waiter = new Waiter(() => () => undefined)): Attempt {
  return { deadline: Deadline.after(deadlineMs), floors: new Map(), mustWrite: false, waiter };
}

describe('Lane', () => {
  let work = new Turnstile();
  const open = (batchSize = Infinity) => {
    work = new Turnstile();
    work.batchSize = batchSize;
    return new Lane(work, { marginMs: MARGIN_MS, batchSize });
  };
  const placed = (orderId: string): Outcome => ({ kind: 'replayed', orderId });

  afterEach(() => work.go());

  test('places together what arrives together, in the order of arrival', async () => {
    const lane = open();
    const orders = ['a', 'b', 'c'].map((id) => lane.enter(order(id), attempt()));
    expect(await Promise.all(orders)).toEqual(['a', 'b', 'c'].map(placed));
    expect(work.batches).toEqual([['a', 'b', 'c']]);
  });

  test('gathers the next batch while one is placed', async () => {
    const lane = open();
    work.isStopped = true;
    const first = lane.enter(order('a'), attempt());
    await turn();
    const later = [];
    for (const id of ['b', 'c']) {
      later.push(lane.enter(order(id), attempt()));
      await turn();
    }
    work.go();
    expect(await Promise.all([first, ...later])).toEqual(['a', 'b', 'c'].map(placed));
    expect(work.batches).toEqual([['a'], ['b', 'c']]);
  });

  test('answers a batch when the next one has begun', async () => {
    const lane = open();
    work.isStopped = true;
    const first = lane.enter(order('a'), attempt());
    await turn();
    const second = lane.enter(order('b'), attempt());
    work.go();
    work.isStopped = true;
    await first;
    expect([work.batches, work.answered]).toEqual([[['a'], ['b']], ['a']]);
    work.go();
    await second;
  });

  test('lets the answers of a crowd wait for those of it who come back a moment later', async () => {
    const lane = open(1);
    const crowd = [lane.enter(order('a'), attempt()), lane.enter(order('b'), attempt())];
    await crowd[0]; // b is placed by now, and nobody waits
    crowd.push(lane.enter(order('c'), attempt()));
    await Promise.all(crowd);
    expect(work.batches).toEqual([['a'], ['b'], ['c']]);
    expect(work.answered).toEqual(['a', 'b', 'c']);
    const startedAt = performance.now();
    await lane.enter(order('alone'), attempt()); // nobody comes any more: it is answered all the same
    await lane.enter(order('alone again'), attempt());
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test('makes a whole batch of a crowd that is still coming', async () => {
    const lane = open(2);
    const crowd = ['a', 'b', 'c'].map((id) => lane.enter(order(id), attempt()));
    await turn();
    await turn(); // a and b are placed by now
    crowd.push(lane.enter(order('d'), attempt()));
    await Promise.all(crowd);
    expect(work.batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    const startedAt = performance.now();
    await Promise.all(['e', 'f', 'g'].map((id) => lane.enter(order(id), attempt())));
    expect(work.batches.slice(2)).toEqual([['e', 'f'], ['g']]); // nobody else comes
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test('does not take those who come at all times for a crowd', async () => {
    const lane = open(100);
    const orders = Array.from({ length: 101 }, (_, n) => lane.enter(order(`burst ${n}`), attempt()));
    for (let n = 0; n < 100; n += 1) {
      const next = performance.now() + 2;
      while (performance.now() < next) await turn(); // never idle, however late timers are
      orders.push(lane.enter(order(`later ${n}`), attempt()));
    }
    await Promise.all(orders);
    expect(work.batches.length).toBeGreaterThan(50); // if each waited for 50 ms, some 8
  });

  test('leaves behind what cannot be placed, and places it once it can', async () => {
    const lane = open();
    work.closedItems.add('elsewhere');
    const waiting = lane.enter(order('a', 'elsewhere'), attempt());
    expect(await lane.enter(order('b'), attempt())).toEqual(placed('b'));
    work.closedItems.clear();
    lane.wake();
    expect(await waiting).toEqual(placed('a'));
  });

  test('does not take those who cannot be placed for a crowd', async () => {
    const lane = open(2);
    work.closedItems.add('elsewhere');
    const waiting = lane.enter(order('a', 'elsewhere'), attempt());
    const placedAtOnce = lane.enter(order('b'), attempt());
    for (let turns = 0; turns < 4; turns += 1) await turn();
    expect(work.answered).toEqual(['b']);
    work.closedItems.clear();
    lane.wake();
    await Promise.all([waiting, placedAtOnce]);
  });

  test('sends away who has not enough time left for a transaction, also while a batch hangs', async () => {
    const lane = open();
    work.isStopped = true;
    const first = lane.enter(order('a'), attempt());
    await turn();
    const started = performance.now();
    await expect(lane.enter(order('b'), attempt(MARGIN_MS + 100))).rejects.toThrow(LaneTimeoutError);
    expect(performance.now() - started).toBeLessThan(2_000);
    await expect(lane.enter(order('c'), attempt(MARGIN_MS - 10))).rejects.toThrow(LaneTimeoutError);
    work.go();
    await first;
    expect(work.batches).toEqual([['a']]);
  });

  test('sends away who was told to leave', async () => {
    const lane = open();
    work.closedItems.add('elsewhere');
    const waiter = new Waiter(() => () => undefined);
    const waiting = lane.enter(order('a', 'elsewhere'), attempt(5_000, waiter));
    waiter.leave();
    await expect(waiting).rejects.toThrow(LaneLeftError);
  });

  test('gets ready for those who come while a batch is placed', async () => {
    const lane = open();
    work.isStopped = true;
    const first = lane.enter(order('a'), attempt());
    await turn();
    const before = work.prepared;
    const later = lane.enter(order('b'), attempt());
    await turn();
    expect([work.prepared, work.batches]).toEqual([before + 1, [['a']]]);
    work.go();
    await Promise.all([first, later]);
  });

  test('gets ready for newcomers alone, until something changes or some time has passed', async () => {
    const lane = open();
    work.isStopped = true;
    const all = [lane.enter(order('a'), attempt())];
    await turn();
    work.preparations.length = 0;
    const come = async (orderId: string, change = () => {}) => {
      all.push(lane.enter(order(orderId), attempt()));
      change();
      await turn();
      return work.preparations.at(-1);
    };
    expect(await come('b')).toEqual([1, 0]); // the batch has left
    expect(await come('c')).toEqual([2, 1]);
    expect(await come('d')).toEqual([3, 2]);
    expect(await come('e', () => lane.wake())).toEqual([4, 0]);
    expect(await come('f')).toEqual([5, 4]);
    await sleep(50);
    expect(await come('g')).toEqual([6, 0]);
    work.go();
    await Promise.all(all);
  });

  test('goes on outside the trace of the request that woke it', async () => {
    new NodeTracerProvider().register();
    const request = ROOT_CONTEXT.setValue(createContextKey('of a request'), true);
    const lane = open();
    await context.with(request, () => lane.enter(order('a'), attempt()));
    expect(work.preparedIn).toBe(ROOT_CONTEXT);
  });
});
