import assert from 'node:assert/strict';
import { LockError, type Lock, type LockManager } from '#lock';
import type { CaseContext } from '#lock/conformance';
import { sleep, until } from '../lab.js';

const LEASE_MS = 1_000;
const PROCESSES = 6;
const RESOURCES = 3;
const TURNS = 10;

/** A number that its holders read and write in two steps, behind a fence: the first step of a turn claims it. */
class GuardedNumber {
  number = 0;
  written = 0;
  /** Turns that came with the fence of another grant. */
  shared = 0;
  private fence = 0;
  private holder: Lock | undefined;

  claim(lock: Lock): boolean {
    if (lock.fence < this.fence) return false;
    if (lock.fence === this.fence && lock !== this.holder) this.shared += 1;
    this.fence = lock.fence;
    this.holder = lock;
    return true;
  }

  write(lock: Lock, number: number): boolean {
    if (lock.fence < this.fence) return false;
    this.number = number;
    this.written += 1;
    return true;
  }
}

/** Processes that take turns at some resources, whatever happens to the store, and what they have seen. */
export class Load {
  private readonly records = new Map<string, GuardedNumber>();
  private readonly turns: number[] = [];
  private readonly believers = new Map<string, Set<Lock>>();
  private overlaps = 0;
  private goesOn = true;

  constructor(resources: readonly string[]) {
    for (const resource of resources) {
      this.records.set(resource, new GuardedNumber());
      this.believers.set(resource, new Set());
    }
  }

  /** Waits until there were ten more turns at each resource, and one of each process. */
  async proceeds(when: string): Promise<void> {
    this.turns.fill(0);
    const before = new Map([...this.records].map(([resource, { written }]) => [resource, written]));
    const isOn = () =>
      this.turns.every((turns) => turns > 0) &&
      [...this.records].every(([resource, { written }]) => written >= (before.get(resource) ?? 0) + TURNS);
    await until(isOn, { withinMs: 30_000, what: `locks are granted ${when}` });
  }

  async run(locks: LockManager): Promise<void> {
    const resources = [...this.records.keys()];
    const process = this.turns.push(0) - 1;
    for (let turn = Math.floor(Math.random() * RESOURCES); this.goesOn; turn += 1) {
      const resource = resources[turn % resources.length] ?? '';
      await locks
        .using(resource, { leaseMs: LEASE_MS, waitMs: 2_000 }, (lock) => this.turn(resource, lock))
        .then(() => (this.turns[process] = 1))
        .catch((error: unknown) => assert.ok(error instanceof LockError, String(error)));
      await sleep(2);
    }
  }

  end(): void {
    this.goesOn = false;
  }

  /** No write of one holder was undone by another's, and nobody was wrongly sure to be alone. */
  check(): void {
    for (const [resource, { number, written, shared }] of this.records) {
      assert.equal(shared, 0, `grants of ${resource} with the fence of another`);
      assert.equal(number, written, `${resource} counts every write that its fence let pass`);
    }
    assert.equal(this.overlaps, 0, 'holders at once that were told nothing');
  }

  private async turn(resource: string, lock: Lock): Promise<void> {
    const record = this.recordOf(resource);
    const believers = this.believers.get(resource) ?? new Set();
    for (const other of believers) if (!other.signal.aborted) this.overlaps += 1;
    believers.add(lock);
    if (record.claim(lock)) {
      const { number } = record;
      await sleep(1 + Math.random() * 10);
      record.write(lock, number + 1); // a careless holder: it does not look at its signal
    }
    believers.delete(lock);
  }

  private recordOf(resource: string): GuardedNumber {
    const record = this.records.get(resource);
    assert.ok(record);
    return record;
  }
}

/**
 * Case 38: while processes take turns, `strike` hurts the store. Leases are shorter than what it takes to notice that a
 * primary is away: a grant that was lost with it has ended before another is made.
 */
export async function underLoad(context: CaseContext, strike: (load: Load) => Promise<void>): Promise<void> {
  const load = new Load(Array.from({ length: RESOURCES }, (_, index) => context.resource(`item:${index}`)));
  const managers = await Promise.all(
    Array.from({ length: PROCESSES }, () => context.manager({ breakerOpenMs: 50 })),
  );
  const running = managers.map((locks) => load.run(locks));
  try {
    await load.proceeds('at first');
    await strike(load);
  } finally {
    load.end();
    await Promise.all(running);
  }
  load.check();
}
