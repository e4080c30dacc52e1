import {
  LockUnavailableError,
  type ClaimEvent,
  type Extension,
  type Grant,
  type LockClaim,
  type LockProvider,
  type LockRequest,
  type Refusal,
  type SharedValues,
} from '#lock';
import { MODEL_ABILITIES, type ModelStore } from './model-store.js';

type Operation = 'acquire' | 'extend' | 'release' | 'adopt' | 'get' | 'set' | 'look' | 'announce';

const MARKER_OPERATIONS: Readonly<Record<string, Operation>> = { reader: 'look', announcer: 'announce' };

export interface LinkFaults {
  /** Nothing gets through. */
  cut: boolean;
  /** Each way, at most. */
  delayMs: number;
  /** How likely a request or a reply is lost, or a request is applied only after its sender has given up. */
  lossRate: number;
  lateMs: number;
}

/** What lies between one process and a store: it delays, loses, and applies late. */
export class ModelLink implements LockProvider {
  readonly abilities = MODEL_ABILITIES;
  readonly faults: LinkFaults = { cut: false, delayMs: 0, lossRate: 0, lateMs: 0 };
  readonly name: string;
  readonly values: SharedValues;
  asked = 0;
  /** What an error says. */
  outcome: 'unknown' | 'none' = 'unknown';
  /** Of these operations, the request or the reply is lost; or the request is applied so much later. */
  readonly special = new Map<Operation, 'request lost' | 'reply lost' | { lateMs: number }>();
  private readonly store: ModelStore;
  private readonly timeoutMs: number;
  private readonly random: () => number;

  constructor(
    name: string,
    store: ModelStore,
    { random, timeoutMs }: { random: () => number; timeoutMs: number },
  ) {
    this.name = name;
    this.store = store;
    this.random = random;
    this.timeoutMs = timeoutMs;
    this.values = {
      get: (key) => this.send('get', [key], () => store.get(key)),
      set: (key, value, ttlMs) => this.send('set', [key], () => store.set(key, value, ttlMs)),
      delete: (key) => this.send('set', [key], () => store.set(key, '', 0)),
    };
  }

  check(): void {}

  acquire(request: LockRequest): Promise<Grant | Refusal> {
    return this.send(MARKER_OPERATIONS[request.token] ?? 'acquire', request.resources, () =>
      this.store.acquire(request),
    );
  }

  extend(claim: LockClaim, leaseMs: number): Promise<Extension> {
    return this.send('extend', claim.resources, () => this.store.extend(claim, leaseMs));
  }

  release(claim: LockClaim): Promise<boolean> {
    return this.send('release', claim.resources, () => this.store.release(claim));
  }

  adopt(claim: LockClaim, successor: LockRequest): Promise<Grant | undefined> {
    return this.send('adopt', claim.resources, () => this.store.adopt(claim, successor));
  }

  watch({ token }: LockClaim, listener: (event: ClaimEvent) => void): () => void {
    const heard = (event: ClaimEvent): void => {
      if (this.faults.cut || this.random() < this.faults.lossRate) return;
      setTimeout(() => listener(event), this.random() * this.faults.delayMs);
    };
    const listeners = this.store.listeners.get(token) ?? new Set();
    this.store.listeners.set(token, listeners.add(heard));
    return () => listeners.delete(heard);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private send<Reply>(
    operation: Operation,
    resources: readonly string[],
    apply: () => Reply,
  ): Promise<Reply> {
    this.asked += 1;
    return new Promise((resolve, reject) => {
      const { cut, delayMs, lossRate, lateMs } = this.faults;
      const timer = setTimeout(
        () =>
          reject(new LockUnavailableError(resources, new Error(`${this.name} did not answer`), this.outcome)),
        this.timeoutMs,
      );
      const special = this.special.get(operation);
      if (cut || special === 'request lost') return;
      const fate = special === 'reply lost' ? 0.8 : this.random() < lossRate ? this.random() : 1;
      if (fate < 0.3) return; // the request is lost
      const wayMs =
        typeof special === 'object'
          ? special.lateMs
          : fate < 0.6
            ? this.random() * lateMs
            : this.random() * delayMs;
      setTimeout(() => {
        const reply = apply();
        if (this.faults.cut || (fate >= 0.6 && fate < 1)) return; // the reply is
        setTimeout(() => {
          clearTimeout(timer);
          resolve(reply);
        }, this.random() * delayMs);
      }, wayMs);
    });
  }
}

/** mulberry32: the same seed, the same test. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
