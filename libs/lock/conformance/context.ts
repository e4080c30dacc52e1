import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { LockManager } from '../lock-manager.js';
import type { LockManagerOptions } from '../options.js';
import type { LockAbility, LockClaim, LockProvider, LockRequest } from '../provider.js';
import { ConformanceChild, type ChildTask } from './child-process.js';
import { InterceptedProvider } from './intercepted-provider.js';
import type { ConformanceSubject, GuardedRecord, StoreFaults } from './subject.js';

/** One run of one case: what it opens here is closed at its end, and its resources are its own. */
export class CaseContext {
  readonly subject: ConformanceSubject;
  /** Whether what takes long runs in its full size. */
  readonly full: boolean;
  private readonly business: string;
  private readonly closers: { of?: unknown; close: () => unknown }[] = [];
  private probing: Promise<LockProvider> | undefined;

  constructor(subject: ConformanceSubject, { number, full }: { number: number; full: boolean }) {
    this.subject = subject;
    this.full = full;
    this.business = `case${number}-${randomBytes(4).toString('hex')}`;
  }

  get faults(): StoreFaults {
    const { faults } = this.subject;
    if (!faults) throw new Error(`${this.subject.name} has no faults: the case cannot run.`);
    return faults;
  }

  has(ability: LockAbility): boolean {
    return this.subject.abilities.includes(ability);
  }

  /** Those of one case share their first segment, so that any provider takes several at once. */
  resource(name = 'item:1:deduct'): string {
    return `${this.business}:${name}`;
  }

  /** As another process has it. */
  async provider(): Promise<LockProvider> {
    const provider = await this.subject.open();
    this.closers.push({ of: provider, close: () => provider.close() });
    assert.deepEqual(
      [...provider.abilities].sort(),
      [...this.subject.abilities].sort(),
      `${this.subject.name} states other abilities than the subject`,
    );
    return provider;
  }

  /** As another process has it. */
  async manager(options: LockManagerOptions = {}): Promise<LockManager> {
    return this.managerOf(await this.provider(), options);
  }

  async intercepted(
    options: LockManagerOptions = {},
  ): Promise<{ provider: InterceptedProvider; locks: LockManager }> {
    const provider = new InterceptedProvider(await this.provider());
    return { provider, locks: this.managerOf(provider, options) };
  }

  managerOf(provider: LockProvider, options: LockManagerOptions = {}): LockManager {
    const locks = this.subject.manager?.(provider, options) ?? new LockManager(provider, options);
    const origin = provider instanceof InterceptedProvider ? provider.real : provider;
    const isShared = provider instanceof InterceptedProvider && provider.shared;
    const own = this.closers.findIndex(({ of }) => of === origin);
    if (own !== -1 && !isShared) this.closers.splice(own, 1); // its manager closes it
    this.onEnd(() => locks.close());
    return locks;
  }

  child(task: ChildTask): ConformanceChild {
    const { child } = this.subject;
    const provider = typeof child === 'function' ? child() : child;
    if (!provider) throw new Error(`${this.subject.name} does not say how a child process opens it.`);
    const running = new ConformanceChild({ provider, task });
    this.onEnd(() => running.kill());
    return running;
  }

  async record(): Promise<GuardedRecord> {
    return (await this.subject.record?.()) ?? recordInMemory();
  }

  /** For calls to a provider itself. */
  request(resources: string | readonly string[], options: Partial<LockRequest> = {}): LockRequest {
    const list = typeof resources === 'string' ? [resources] : resources;
    return {
      resources: list,
      token: randomUUID(),
      leaseMs: 5_000,
      owner: 'conformance',
      floors: list.map(() => 0),
      placeMs: 0,
      replicaAcks: 0,
      ...options,
    };
  }

  /** What another process finds: undefined when the lock is free, else for how long it is held or kept in front. */
  async look(resource: string): Promise<number | undefined> {
    this.probing ??= this.provider();
    const probe = await this.probing;
    const request = this.request(resource, { leaseMs: 2_000 });
    const answer = await probe.acquire(request);
    if (!answer.granted) return answer.remainingMs;
    await probe.release(request);
    return undefined;
  }

  /** For how long it is held unless it is renewed; undefined where the provider cannot tell. */
  async remainingMs(resource: string): Promise<number | undefined> {
    const refusedMs = await this.look(resource);
    if (!this.has('inspection')) return refusedMs !== undefined && refusedMs >= 0 ? refusedMs : undefined;
    const held = await (await this.probing)?.list?.(10_000);
    const info = held?.find((one) => one.resource === resource);
    return info && info.expiresAtMs - Date.now(); // the store runs on this machine, by the same clock
  }

  async isFree(resource: string): Promise<boolean> {
    return (await this.look(resource)) === undefined;
  }

  /** Takes the lock away from who holds it, by another's hand, and gives it to that other. */
  async steal(victim: LockClaim, from: LockProvider, thief: LockRequest): Promise<LockProvider> {
    const other = await this.provider();
    await from.release(victim);
    const answer = await other.acquire(thief);
    assert.equal(answer.granted, true, 'the thief gets what was taken away');
    return other;
  }

  onEnd(close: () => unknown): void {
    this.closers.push({ close });
  }

  /** Closes what was opened, the last first. */
  async end(): Promise<void> {
    for (const { close } of this.closers.splice(0).reverse()) await close();
  }
}

function recordInMemory(): GuardedRecord {
  let last = 0;
  return {
    write: (fence) => {
      const accepted = fence >= last;
      if (accepted) last = fence;
      return Promise.resolve(accepted);
    },
  };
}
