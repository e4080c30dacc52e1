import { LockUnavailableError } from '../../errors.js';
import type {
  ClaimEvent,
  Extension,
  Grant,
  LockAbility,
  LockClaim,
  LockInfo,
  LockProvider,
  LockRequest,
  Refusal,
  SharedValues,
} from '../../provider.js';
import { MemoryLockStore } from './memory-lock-store.js';

/** One for the process, so that two managers exclude each other as they would with a server. */
const PROCESS_STORE = new MemoryLockStore();

export interface MemoryLockProviderOptions {
  /** What it shares with others. Default: one store for the whole process. */
  store?: MemoryLockStore;
}

/** Locks within one process, for tests, development, and services that declare to be a single process. */
export class MemoryLockProvider implements LockProvider {
  readonly name = 'memory';
  readonly abilities: ReadonlySet<LockAbility> = new Set([
    'fencing',
    'fair',
    'contentionEvents',
    'handOver',
    'inspection',
    'sharing',
    'sharedValues',
  ]);
  readonly values: SharedValues;
  private readonly store: MemoryLockStore;
  private readonly watches = new Set<() => void>();
  private isClosed = false;

  constructor({ store = PROCESS_STORE }: MemoryLockProviderOptions = {}) {
    this.store = store;
    this.values = store.values;
  }

  check(): void {
    // Any resources can be taken in one step.
  }

  acquire(request: LockRequest): Promise<Grant | Refusal> {
    return this.answer(request.resources, () => this.store.acquire(request));
  }

  acquireSome(requests: readonly LockRequest[]): Promise<readonly (Grant | Refusal)[]> {
    const resources = requests.flatMap((request) => request.resources);
    return this.answer(resources, () => requests.map((request) => this.store.acquire(request)));
  }

  extend(claim: LockClaim, leaseMs: number): Promise<Extension> {
    return this.answer(claim.resources, () => this.store.extend(claim, leaseMs));
  }

  release(claim: LockClaim): Promise<boolean> {
    return this.answer(claim.resources, () => this.store.release(claim));
  }

  watch(claim: LockClaim, listener: (event: ClaimEvent) => void): () => void {
    const stop = this.store.watch(claim, listener);
    const end = (): void => {
      this.watches.delete(end);
      stop();
    };
    this.watches.add(end);
    return end;
  }

  adopt(claim: LockClaim, successor: LockRequest): Promise<Grant | undefined> {
    return this.answer(successor.resources, () => this.store.adopt(claim, successor));
  }

  list(limit: number): Promise<readonly LockInfo[]> {
    return this.answer([], () => this.store.list(limit));
  }

  /** What is still held stays so until its lease ends, as it would in a server. */
  close(): Promise<void> {
    this.isClosed = true;
    for (const end of this.watches) end();
    return Promise.resolve();
  }

  private answer<T>(resources: readonly string[], operation: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.isClosed) throw new LockUnavailableError(resources, 'the provider is closed', 'none');
      resolve(operation());
    });
  }
}
