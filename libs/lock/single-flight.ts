import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import {
  LockContendedError,
  LockError,
  LockUnavailableError,
  LockUsageError,
  LockWaitTimeoutError,
} from './errors.js';
import type { SharedValues } from './provider.js';
import { decodeFailure, decodeValue, encodeFailure, encodeValue, type Failure } from './shared-entry.js';

export interface SingleFlightOptions {
  /** How long a value counts as fresh. Whole milliseconds. */
  ttlMs: number;
  /** Shortens each ttl by up to this share (0 to 1), so that values loaded together do not expire together. Default: 0. */
  jitter?: number;
  /** For so long after `ttlMs` the old value is served at once, while one caller loads anew in the background. Default: 0. */
  staleMs?: number;
  /** For so long a failure is the answer, and nobody loads. Default: 0, the next call tries again. */
  negativeTtlMs?: number;
  /** The lease of the lock under which one process loads; its watchdog renews it. Default: 10,000. */
  leaseMs?: number;
  /** How long a caller waits for a value that another one loads. Default: 10,000. */
  waitMs?: number;
}

/** Loads the value: JSON. Its signal aborts when the lock under which it loads was lost. */
export type Load<T> = (signal: AbortSignal) => Promise<T>;

/** What a flight needs of a LockManager. */
export interface FlightLocks {
  using<T>(
    resource: string,
    options: { leaseMs: number; waitMs: number },
    job: (lock: { readonly signal: AbortSignal }) => Promise<T>,
  ): Promise<T>;
}

export interface SingleFlightDependencies {
  locks: FlightLocks;
  values: SharedValues;
  /** Hears of a load in the background that failed: no caller does. */
  onRefreshError?: (key: string, error: unknown) => void;
  /** Hears that the store was away, so that another process will load the value too. */
  onUnshared?: (key: string, error: LockUnavailableError) => void;
}

/** Another process loaded the value for this caller too, or lately, and failed. The next call tries again. */
export class LockLoadError extends LockError {
  override readonly name = 'LockLoadError';
  /** The name of the error that `load` threw over there. */
  readonly loadErrorName: string;

  constructor(key: string, { name, message }: Failure) {
    super([key], `Loading ${key} failed in another process, or a moment ago: ${name}: ${message}`);
    this.loadErrorName = name;
  }
}

const MAX_KEY_LENGTH = 512;
/** A timer counts no further. */
const MAX_MS = 2 ** 31 - 1;
/** What a failure is kept longer than anybody waits, for those whose turn comes last. */
const MARKER_MARGIN_MS = 1_000;

type Settings = Required<SingleFlightOptions>;
type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Rebuilds cached values: of all who ask for a key, in all processes, one loads, and the others get its value or its
 * failure. In a process they share one promise, and with it one object; between processes the lock `key` decides, and
 * the values travel as JSON through the store.
 *
 * While the store is away each process loads for itself, once for all who ask at the same time: callers want the value
 * more than they want it loaded once.
 */
export class SingleFlight {
  private readonly locks: FlightLocks;
  private readonly values: SharedValues;
  private readonly onRefreshError: (key: string, error: unknown) => void;
  private readonly onUnshared: (key: string, error: LockUnavailableError) => void;
  private readonly flights = new Map<string, Promise<unknown>>();
  private readonly refreshing = new Set<string>();
  private readonly loading = new AsyncLocalStorage<ReadonlySet<string>>();

  constructor({
    locks,
    values,
    onRefreshError = () => undefined,
    onUnshared = () => undefined,
  }: SingleFlightDependencies) {
    this.locks = locks;
    this.values = values;
    this.onRefreshError = onRefreshError;
    this.onUnshared = onUnshared;
  }

  /**
   * The fresh value of the key, or what `load` gives.
   * @throws what `load` threw; LockLoadError when it threw in another process; LockWaitTimeoutError when another
   * caller's load took longer than `waitMs`, LockContendedError with `waitMs` 0; LockAbortedError; LockUsageError
   */
  async run<T>(key: string, options: SingleFlightOptions, load: Load<T>): Promise<T> {
    const settings = checked(key, options);
    const joined = this.flights.get(key);
    if (joined) {
      if (this.loading.getStore()?.has(key)) {
        throw new LockUsageError([key], `The load of ${key} asks for ${key}: it would wait for itself.`);
      }
      return (await within(joined, key, settings.waitMs)) as T;
    }
    const flight: Promise<unknown> = this.fly(key, settings, load).finally(() => this.land(key, flight));
    this.flights.set(key, flight);
    return (await flight) as T;
  }

  /** From now on the next call begins anew. */
  private land(key: string, flight: Promise<unknown> | undefined): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }

  private async fly(key: string, settings: Settings, load: Load<unknown>): Promise<unknown> {
    let seen: Failure | undefined;
    try {
      const cached = await this.readValue(key, settings.staleMs);
      if (cached) {
        if (!cached.fresh) this.refresh(key, settings, load);
        return cached.value;
      }
      seen = await this.readFailure(key);
    } catch (error) {
      if (!(error instanceof LockUnavailableError)) throw error;
      return this.loadAlone(key, load, error);
    }
    if (seen?.lasts) throw new LockLoadError(key, seen);
    return this.takeTurn(key, settings, { seen, load });
  }

  /** Waits for the lock, and finds what was loaded meanwhile, or loads. */
  private async takeTurn(
    key: string,
    settings: Settings,
    { seen, load }: { seen: Failure | undefined; load: Load<unknown> },
  ): Promise<unknown> {
    const flight = this.flights.get(key);
    const { leaseMs, waitMs } = settings;
    let outcome: Outcome | undefined;
    try {
      await this.locks.using(key, { leaseMs, waitMs }, async ({ signal }) => {
        // A load that hangs until its lock is lost must not stand in the way of the next call.
        signal.addEventListener('abort', () => this.land(key, flight), { once: true });
        outcome = (await this.landed(key, seen)) ?? (await this.loadInto(key, settings, load, signal));
      });
    } catch (error) {
      // With an outcome, the lock was lost or could not be released: what was loaded is no less true.
      if (!outcome && error instanceof LockUnavailableError) return this.loadAlone(key, load, error);
      if (!outcome) throw error;
    }
    return unwrap(outcome);
  }

  /** What came of the flight that this caller waited for: its value, or a failure that was not there before. */
  private async landed(key: string, seen: Failure | undefined): Promise<Outcome | undefined> {
    const [cached, failure] = await Promise.all([this.readValue(key, 0), this.readFailure(key)]);
    if (cached) return cached;
    if (failure && failure.flight !== seen?.flight) return { error: new LockLoadError(key, failure) };
    return undefined;
  }

  private async loadInto(
    key: string,
    settings: Settings,
    load: Load<unknown>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    let entry: ReturnType<typeof encodeValue>;
    try {
      entry = encodeValue(key, await this.call(key, load, signal), settings.staleMs);
    } catch (error) {
      if (!signal.aborted) await this.keepFailure(key, settings, error);
      return { error };
    }
    // Without the lock another may have stored a newer one by now.
    if (!signal.aborted)
      await this.keep(key, {
        under: valueKey(key),
        text: entry.text,
        ttlMs: freshMs(settings) + settings.staleMs,
      });
    return { value: entry.value };
  }

  /** In the background. Who tries finds the lock taken by another refresh, or by a caller for whom the value is too old. */
  private refresh(key: string, settings: Settings, load: Load<unknown>): void {
    if (this.refreshing.has(key)) return;
    this.refreshing.add(key);
    const refreshed = this.locks.using(key, { leaseMs: settings.leaseMs, waitMs: 0 }, async ({ signal }) => {
      const [cached, failure] = await Promise.all([this.readValue(key, 0), this.readFailure(key)]);
      if (cached || failure?.lasts) return;
      unwrap(await this.loadInto(key, settings, load, signal));
    });
    void refreshed
      .catch((error: unknown) => {
        if (!(error instanceof LockContendedError)) this.onRefreshError(key, error);
      })
      .finally(() => this.refreshing.delete(key));
  }

  private async loadAlone(key: string, load: Load<unknown>, why: LockUnavailableError): Promise<unknown> {
    this.onUnshared(key, why);
    return encodeValue(key, await this.call(key, load, new AbortController().signal), 0).value;
  }

  private call(key: string, load: Load<unknown>, signal: AbortSignal): Promise<unknown> {
    const keys = new Set(this.loading.getStore()).add(key);
    return this.loading.run(keys, async () => load(signal));
  }

  private async readValue(
    key: string,
    staleMs: number,
  ): Promise<{ value: unknown; fresh: boolean } | undefined> {
    const entry = await this.values.get(valueKey(key));
    return entry && decodeValue(entry, staleMs);
  }

  private async readFailure(key: string): Promise<Failure | undefined> {
    const entry = await this.values.get(failureKey(key));
    return entry && decodeFailure(entry);
  }

  private keepFailure(key: string, { waitMs, negativeTtlMs }: Settings, error: unknown): Promise<void> {
    const ttlMs = Math.ceil(Math.max(waitMs, negativeTtlMs)) + MARKER_MARGIN_MS;
    const text = encodeFailure({ flight: randomUUID(), error, expiresBelowMs: ttlMs - negativeTtlMs });
    return this.keep(key, { under: failureKey(key), text, ttlMs });
  }

  /** A store that went away meanwhile keeps nothing; the caller has what was loaded. */
  private async keep(
    key: string,
    { under, text, ttlMs }: { under: string; text: string; ttlMs: number },
  ): Promise<void> {
    try {
      await this.values.set(under, text, ttlMs);
    } catch (error) {
      if (!(error instanceof LockUnavailableError)) throw error;
      this.onUnshared(key, error);
    }
  }
}

// Both have a suffix, so that no key of a user is the other one of another.
function valueKey(key: string): string {
  return `${key}:value`;
}

function failureKey(key: string): string {
  return `${key}:failure`;
}

function unwrap(outcome: Outcome | undefined): unknown {
  if (!outcome) throw new Error('A flight that has landed has an outcome.');
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

function freshMs({ ttlMs, jitter }: Settings): number {
  return Math.max(1, Math.round(ttlMs * (1 - jitter * Math.random())));
}

/** A load has no bound of its own; who only waits for it has one. */
async function within<T>(flight: Promise<T>, key: string, waitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LockWaitTimeoutError([key], waitMs)), waitMs);
  });
  try {
    return await Promise.race([flight, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws LockUsageError */
function checked(key: string, options: SingleFlightOptions): Settings {
  const settings = { jitter: 0, staleMs: 0, negativeTtlMs: 0, leaseMs: 10_000, waitMs: 10_000, ...options };
  const refuse = (reason: string): never => {
    throw new LockUsageError([key.slice(0, MAX_KEY_LENGTH)], reason);
  };
  if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
    refuse(`The key of singleFlight must have 1 to ${MAX_KEY_LENGTH} characters, not ${key.length}.`);
  }
  for (const name of ['ttlMs', 'staleMs', 'negativeTtlMs'] as const) {
    const given = settings[name];
    const least = name === 'ttlMs' ? 1 : 0;
    if (!Number.isInteger(given) || given < least || given > MAX_MS) {
      refuse(`${name} must be a whole number from ${least} to ${MAX_MS}, not ${given}.`);
    }
  }
  if (!(settings.jitter >= 0 && settings.jitter <= 1)) {
    refuse(`jitter must be a number from 0 to 1, not ${settings.jitter}.`);
  }
  if (!(settings.waitMs >= 0 && settings.waitMs <= MAX_MS)) {
    refuse(`waitMs must be a number from 0 to ${MAX_MS}, not ${settings.waitMs}.`);
  }
  return settings;
}
