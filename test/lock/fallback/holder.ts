import type { ClaimEvent, LockProvider, LockRequest } from '#lock';
import { LockUnavailableError } from '../../../libs/lock/errors.js';

interface Belief {
  until: number;
}

/** What holders believe, in one place that sees all of them: two beliefs at one time are an overlap. */
export class HoldingRecord {
  readonly overlaps: string[] = [];
  readonly staleFences: string[] = [];
  grants = 0;
  renewals = 0;
  private readonly beliefs = new Map<string, Map<string, Belief>>();
  private readonly highest = new Map<string, number>();

  /** As the guarded record would: the fence has to be higher than every one before. */
  isFresh(resource: string, fence: number): boolean {
    return fence > (this.highest.get(resource) ?? 0);
  }

  floor(resource: string): number {
    return (this.highest.get(resource) ?? 0) + 1;
  }

  enter(resource: string, token: string, { until, fence }: { until: number; fence: number }): void {
    this.grants += 1;
    this.highest.set(resource, Math.max(fence, this.highest.get(resource) ?? 0));
    const beliefs = this.beliefs.get(resource) ?? new Map<string, Belief>();
    this.beliefs.set(resource, beliefs);
    for (const [other, belief] of beliefs) {
      const leftMs = belief.until - performance.now();
      if (leftMs > 0 && other !== token) {
        this.overlaps.push(
          `${resource}: ${token} entered while ${other} holds it for another ${leftMs.toFixed(1)} ms`,
        );
      } else if (leftMs <= 0) beliefs.delete(other);
    }
    beliefs.set(token, { until });
  }

  prolong(resource: string, token: string, until: number): void {
    const belief = this.beliefs.get(resource)?.get(token);
    if (belief) belief.until = until;
    for (const [other, { until: otherUntil }] of this.beliefs.get(resource) ?? []) {
      if (other !== token && otherUntil > performance.now())
        this.overlaps.push(`${resource}: ${token} was prolonged while ${other} holds it`);
    }
    this.renewals += 1;
  }

  leave(resource: string, token: string): void {
    this.beliefs.get(resource)?.delete(token);
  }
}

export interface HolderOptions {
  readonly name: string;
  readonly provider: () => LockProvider;
  readonly record: HoldingRecord;
  readonly random: () => number;
  readonly resources: readonly string[];
  readonly leaseMs: number;
}

let tokens = 0;

/** Acquires, holds for a while with a watchdog, releases, again and again: by the rules that the manager keeps to. */
export class Holder {
  heardUnavailable = 0;
  private readonly options: HolderOptions;
  private isStopped = false;

  constructor(options: HolderOptions) {
    this.options = options;
  }

  stop(): void {
    this.isStopped = true;
  }

  async run(): Promise<void> {
    const { random, resources, leaseMs, record } = this.options;
    while (!this.isStopped) {
      await pause(random() * leaseMs * 0.5);
      const resource = resources[Math.floor(random() * resources.length)] ?? '';
      const provider = this.options.provider();
      let held = await this.acquire(provider, resource, 0);
      if (held && !record.isFresh(resource, held.fence)) {
        record.staleFences.push(`${resource} ${held.fence}`);
        await this.giveBack(provider, held.request);
        held = await this.acquire(provider, resource, record.floor(resource));
      }
      if (held && record.isFresh(resource, held.fence)) await this.hold(provider, held);
    }
  }

  private async acquire(provider: LockProvider, resource: string, floor: number) {
    const { random, leaseMs } = this.options;
    tokens += 1;
    const request: LockRequest = {
      resources: [resource],
      token: `${this.options.name}:${tokens}`,
      owner: this.options.name,
      leaseMs,
      floors: [floor],
      placeMs: random() < 0.7 ? Math.ceil(leaseMs * 0.6) : 0,
      replicaAcks: 0,
    };
    let event: ClaimEvent | undefined;
    let wake: () => void = () => undefined;
    const end = provider.watch(request, (told) => {
      event = told;
      wake();
    });
    const waitUntil = performance.now() + random() * leaseMs * 3;
    try {
      do {
        event = undefined;
        const sentAt = performance.now();
        const answer = await twice(() => provider.acquire(request));
        if (answer.granted && performance.now() < sentAt + leaseMs)
          return { request, resource, until: sentAt + leaseMs, fence: answer.fences[0] ?? 0 };
        if (answer.granted) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (event) resolve();
          setTimeout(resolve, Math.min(answer.remainingMs + random() * 20, leaseMs / 5));
        });
        const told = event as ClaimEvent | undefined;
        if (told && 'granted' in told && performance.now() < sentAt + request.placeMs)
          return { request, resource, until: sentAt + request.placeMs, fence: told.fences[0] ?? 0 };
      } while (performance.now() < waitUntil && !this.isStopped);
    } catch (error) {
      if (!(error instanceof LockUnavailableError)) throw error;
      this.heardUnavailable += 1;
    } finally {
      end();
    }
    await this.giveBack(provider, request);
    return undefined;
  }

  private async hold(
    provider: LockProvider,
    held: { request: LockRequest; resource: string; until: number; fence: number },
  ): Promise<void> {
    const { random, leaseMs, record } = this.options;
    const { request, resource } = held;
    const holdUntil = performance.now() + random() * leaseMs * 4;
    let { until } = held;
    let renewAt = performance.now() + Math.min(leaseMs / 3, (until - performance.now()) / 3);
    record.enter(resource, request.token, held);
    while (performance.now() < Math.min(holdUntil, until)) {
      await pause(Math.min(renewAt, holdUntil, until) - performance.now());
      const sentAt = performance.now();
      if (sentAt >= Math.min(holdUntil, until)) break;
      if (sentAt < renewAt) continue;
      try {
        const { held: stillHeld } = await provider.extend(request, leaseMs);
        if (!stillHeld) break;
        if (performance.now() < until) {
          until = sentAt + leaseMs;
          record.prolong(resource, request.token, until);
        }
        renewAt = sentAt + leaseMs / 3;
      } catch (error) {
        if (!(error instanceof LockUnavailableError)) throw error;
        renewAt = performance.now() + leaseMs / 12;
      }
    }
    record.leave(resource, request.token);
    if (random() < 0.9) await this.giveBack(provider, request); // else it died
  }

  private async giveBack(provider: LockProvider, request: LockRequest): Promise<void> {
    await provider.release(request).catch((error: unknown) => {
      if (!(error instanceof LockUnavailableError)) throw error;
    });
  }
}

async function twice<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof LockUnavailableError && error.outcome === 'unknown') return send();
    throw error;
  }
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(1, delayMs)));
}
