import type { LockManager } from '../lock-manager.js';
import type { LockManagerOptions } from '../options.js';
import type { LockAbility, LockProvider } from '../provider.js';
import type { CaseContext } from './context.js';

/** A provider under test: how to open it, how to hurt its store, and what its nature forbids. */
export interface ConformanceSubject {
  /** The provider's name; the column of the table. */
  readonly name: string;
  /** What it states; a provider that is opened must state the same. */
  readonly abilities: readonly LockAbility[];
  /** Each call opens it as another process would have it: with connections of its own, on the same store. */
  open(): LockProvider | Promise<LockProvider>;
  /** How a child process opens it. Asked only of a provider with `distributed`. */
  readonly child?: ChildProvider | (() => ChildProvider);
  /** Absent for a store that cannot fail apart from its process. */
  readonly faults?: StoreFaults;
  /** Those of which a grant may have to be acknowledged. Absent: the store has none. */
  readonly replicas?: StoreReplicas;
  /** What the store itself has seen, where it can tell. */
  readonly counts?: StoreCounts;
  /** A record that refuses a fence lower than the last. Default: one in this process. */
  readonly record?: () => GuardedRecord | Promise<GuardedRecord>;
  /** Another provider whose fences belong to the same domain, as after a change of provider. */
  readonly another?: () => LockProvider | Promise<LockProvider>;
  /** Chains from this provider to another one that stays, with leases of at most 1,000 ms: by the name of the chain. */
  readonly chains?: Readonly<Record<string, () => LockProvider | Promise<LockProvider>>>;
  /** How long a call may take to fail when the store is away. Default: 1,500. */
  readonly failureBudgetMs?: number;
  /** Numbered cases that the nature of the provider forbids, each with the reason. */
  readonly notClaimed?: Readonly<Record<number, string>>;
  /** Cases that are this provider's own, or that it needs to run in another way. */
  readonly cases?: Readonly<Record<number, (context: CaseContext) => Promise<void>>>;
  /** The server program that is missing on this machine: every case is then a skip that says so. */
  readonly missing?: string;
  /** For a manager that differs from LockManager. */
  readonly manager?: (provider: LockProvider, options: LockManagerOptions) => LockManager;
}

export interface ChildProvider {
  /** A JavaScript module that exports `openProvider(argument): LockProvider | Promise<LockProvider>`. */
  readonly module: string;
  /** Handed over as JSON. */
  readonly argument: unknown;
}

export interface StoreFaults {
  /** As by SIGKILL. */
  stop(): Promise<void>;
  /** At the same address, with what the store keeps on disk. */
  start(): Promise<void>;
  /** The store accepts connections and answers nothing, until `resume`. */
  pause?(): void | Promise<void>;
  resume?(): void | Promise<void>;
  /** Everything that it knows is gone, without a restart. */
  loseEverything?(): Promise<void>;
  /** Takes the record of one lock away. */
  evict?: (resource: string) => Promise<void>;
  /** Prepared statements, scripts: what the store was taught and may forget. */
  forgetScripts?(): Promise<void>;
  /** Ways in which the store answers, but refuses to write. */
  readonly refusals?: readonly StoreRefusal[];
}

export interface StoreRefusal {
  readonly name: string;
  /** What the error's message says. */
  readonly message: RegExp;
  begin(): Promise<void>;
  end(): Promise<void>;
}

export interface StoreReplicas {
  /** They neither take nor acknowledge anything, until `resume`. */
  pause(): void | Promise<void>;
  resume(): void | Promise<void>;
}

export interface StoreCounts {
  /** Acquire commands that reached the store while `work` ran, from whichever client. */
  acquires(work: () => Promise<unknown>): Promise<number>;
  /** Waiters that listen for the resource. */
  listeners?(resource: string): Promise<number>;
}

/** A row whose guard is in the store that keeps it: `UPDATE … WHERE fence <= $1`. */
export interface GuardedRecord {
  /** @returns whether it was written */
  write(fence: number): Promise<boolean>;
}
