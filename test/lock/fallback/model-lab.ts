import type { LockRequest } from '#lock';
import type { ChainState } from '../../../libs/lock/fallback/degradation.js';
import { FallbackLockProvider } from '../../../libs/lock/fallback/fallback-lock-provider.js';
import { ModelLink, seeded } from './model-link.js';
import { ModelStore } from './model-store.js';
import { VirtualClock } from './virtual-clock.js';

export const TERMS = { maxLeaseMs: 1_000, pollMs: 100 };
export const TRUST_MS = 2 * TERMS.pollMs;
export const DRAIN_MS = Math.ceil(1.01 * (TERMS.maxLeaseMs + TRUST_MS));
export const TIMEOUT_MS = 20;

export interface ModelProcess {
  readonly chain: FallbackLockProvider;
  readonly primary: ModelLink;
  readonly fallback: ModelLink;
  /** Where it went, in order. */
  readonly states: ChainState[];
}

/** Two stores that answer at once, and processes whose links to them a test breaks as it likes. */
export class ModelLab {
  readonly clock = new VirtualClock();
  readonly primary = new ModelStore({ clockOffsetUs: 1e9 });
  readonly fallback = new ModelStore({ clockOffsetUs: 1e9 });
  private tokens = 0;

  process(): ModelProcess {
    const options = { random: seeded(1), timeoutMs: TIMEOUT_MS };
    const primary = new ModelLink('primary', this.primary, options);
    const fallback = new ModelLink('fallback', this.fallback, options);
    const states: ChainState[] = [];
    const chain = new FallbackLockProvider({
      primary,
      fallback,
      ...TERMS,
      onSwitch: ({ to }) => states.push(to),
    });
    return { chain, primary, fallback, states };
  }

  request(resource: string, changes: Partial<LockRequest> = {}): LockRequest {
    this.tokens += 1;
    return {
      resources: [resource],
      token: `token-${this.tokens}`,
      owner: 'test',
      leaseMs: TERMS.maxLeaseMs,
      floors: [0],
      placeMs: 0,
      replicaAcks: 0,
      ...changes,
    };
  }

  /** Lets time pass until it has settled; the outcome in one word, or the reason of the failure. */
  async outcome(work: Promise<unknown>): Promise<string> {
    let word = 'nothing';
    work.then(
      (answer) => (word = wordFor(answer)),
      (error: unknown) => (word = error instanceof Error ? error.message : String(error)),
    );
    for (let waitedMs = 0; word === 'nothing' && waitedMs < 500; waitedMs += 1) await this.clock.runFor(1);
    return word;
  }

  /** Cuts the process from the primary and lets it find out; its marker is there from now on. */
  async degrade(process: ModelProcess): Promise<void> {
    process.primary.faults.cut = true;
    await this.outcome(process.chain.acquire(this.request('stock:other')));
    for (let waitedMs = 0; !process.states.includes('draining') && waitedMs < 100; waitedMs += 1) {
      await this.clock.runFor(1);
    }
  }
}

function wordFor(answer: unknown): string {
  if (answer === undefined) return 'undefined';
  if (typeof answer === 'boolean') return String(answer);
  if (typeof answer !== 'object' || answer === null) return 'done';
  const { granted, held } = answer as { granted?: boolean; held?: boolean };
  if (held !== undefined) return held ? 'held' : 'lost';
  return granted ? 'granted' : 'refused';
}
