import { EventEmitter } from 'node:events';

interface About {
  /** The provider's name. */
  readonly provider: string;
  readonly resources: readonly string[];
}

/** What a LockManager tells of, for metrics and logs. A listener must not throw. */
export interface LockEventMap {
  /** A call has begun. */
  attempt: [About];
  /** After `waitMs`; `floor`: it named one, as a caller does after a stale claim. */
  acquired: [About & { readonly waitMs: number; readonly floor: boolean }];
  contended: [About];
  timeout: [About & { readonly waitMs: number }];
  aborted: [About];
  unavailable: [About & { readonly error: unknown }];
  released: [About & { readonly heldMs: number }];
  lost: [About & { readonly heldMs: number; readonly error: unknown }];
  /** A renewal that did not reach the store; it is tried again until the lease ends. */
  extendFailed: [About & { readonly error: unknown }];
  /** The store did not hear of a release; it is asked again until the lease ends. */
  releaseFailed: [About & { readonly error: unknown }];
  /** A refresh of `singleFlight` in the background that failed: no caller hears of it. */
  refreshFailed: [About & { readonly error: unknown }];
  /** `singleFlight` loads a value, or has loaded one, that other processes load too: the store is away. */
  unshared: [About & { readonly error: Error }];
  /** A call begins (+1) or ceases (-1) to wait. */
  waiting: [About & { readonly count: 1 | -1 }];
  /** A lock begins (+1) or ceases (-1) to be held. */
  held: [About & { readonly count: 1 | -1 }];
}

export class LockEvents extends EventEmitter<LockEventMap> {
  /** Emits, unless nobody listens: most processes listen to few of them, and an acquisition has five. */
  tell<Name extends keyof LockEventMap>(name: Name, about: () => LockEventMap[Name][0]): void {
    if (this.listenerCount(name) > 0) (this as EventEmitter).emit(name, about());
  }
}
