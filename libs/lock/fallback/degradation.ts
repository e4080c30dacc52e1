import { LockUnavailableError } from '../errors.js';
import type { DegradationMarker } from './marker.js';
import { Repeating } from './repeating.js';

/*
 * Who may grant what, and why no two leases overlap. L is maxLeaseMs, T = 2 × pollMs how long a reading of the marker
 * may be trusted, D = L + T the drain; M, the marker's own time to live, is longer than L. Every holder counts its lease
 * from before its command was sent.
 *
 *   state      asks      condition at the moment of asking
 *   primary    primary   a reading sent less than T ago found no marker
 *   draining   nothing
 *   fallback   fallback  the marker has been there for D without a gap, and stays until the new lease has run out
 *   returning  both      none
 *
 *   primary   × primary     the primary excludes
 *   fallback  × fallback    the fallback store excludes
 *   returning × any         the store that the other asks excludes
 *   primary   × fallback    the marker excludes. If the reading was sent before the marker was set, the lease at the
 *                           primary ends within T + L of that, and D has not passed. If it was sent after, the marker
 *                           had gone, and it goes only after each lease that counts on it.
 *
 * An extension is a new lease and follows the same rules, so a holder that cannot follow loses its lock, not its
 * exclusion. The last row needs the same maxLeaseMs and pollMs in every process, and a fallback store that forgets nothing
 * it has confirmed and whose reads see every earlier write.
 */
export type ChainState = 'primary' | 'draining' | 'fallback' | 'returning';
export type Route = 'primary' | 'fallback' | 'both';

export interface ChainSwitch {
  readonly from: ChainState;
  readonly to: ChainState;
  readonly reason: string;
}

export interface DegradationOptions {
  marker: DegradationMarker;
  /** Whether the primary takes locks. Never rejects. */
  probe: () => Promise<boolean>;
  maxLeaseMs: number;
  pollMs: number;
  onSwitch?: ((event: ChainSwitch) => void) | undefined;
}

const READINGS_TRUSTED = 2;
/** The marker outlives the longest lease by so many polls, so that a late renewal or two refuse nobody. */
const SPARE_POLLS = 4;
/** Clocks of different machines may run apart by a hundredth; real ones keep to a thousandth. */
const DRIFT = 1.01;

export function markerTtlMs({ maxLeaseMs, pollMs }: { maxLeaseMs: number; pollMs: number }): number {
  return Math.ceil(DRIFT * maxLeaseMs) + SPARE_POLLS * pollMs;
}

/** Where one process stands between the two stores. It asks the fallback store only while it is used or degraded. */
export class Degradation {
  private readonly options: DegradationOptions;
  private readonly marker: DegradationMarker;
  private readonly trustMs: number;
  private readonly drainMs: number;
  private readonly watching: Repeating;
  private readonly probing: Repeating;
  private current: ChainState = 'primary';
  private looking: Promise<void> | undefined;
  private announcing: Promise<void> | undefined;
  private suspecting: Promise<void> | undefined;
  private isClosed = false;

  constructor(options: DegradationOptions) {
    this.options = options;
    this.marker = options.marker;
    this.trustMs = READINGS_TRUSTED * options.pollMs;
    this.drainMs = Math.ceil(DRIFT * (options.maxLeaseMs + this.trustMs));
    this.watching = new Repeating(options.pollMs, () => this.watchMarker());
    this.probing = new Repeating(options.pollMs, () => this.probePrimary());
  }

  get state(): ChainState {
    return this.current;
  }

  /**
   * Whom to ask for a lease that is counted from now or earlier.
   * @throws LockUnavailableError while it is not known to be safe to ask anybody
   */
  async route(resources: readonly string[], leaseMs: number): Promise<Route> {
    if (this.isClosed) throw unavailable(resources, 'the lock provider is closed');
    if (this.current === 'primary') await this.requireReading(resources);
    switch (this.state) {
      case 'primary':
        return 'primary';
      case 'returning':
        return 'both';
      case 'draining':
      case 'fallback':
        return this.requireMarker(resources, leaseMs);
    }
  }

  /** The primary was not available to a call: if it is not to a probe either, this process degrades. */
  suspect(error: unknown): void {
    if (this.isDegraded() || this.isClosed) return;
    this.suspecting ??= this.confirm(error).finally(() => (this.suspecting = undefined));
  }

  /** The marker is left to its time to live: leases may be alive that count on it. */
  close(): void {
    this.isClosed = true;
    this.watching.stop();
    this.probing.stop();
  }

  private isDegraded(): boolean {
    return this.current === 'draining' || this.current === 'fallback';
  }

  private async requireReading(resources: readonly string[]): Promise<void> {
    const ageMs = performance.now() - this.marker.absentAt;
    if (ageMs < this.options.pollMs) return;
    const look = this.look();
    if (ageMs < this.trustMs) {
      look.catch(() => undefined); // the next call needs it more
      return;
    }
    try {
      await look;
    } catch (error) {
      throw unavailable(
        resources,
        'the fallback store cannot be read, so nobody knows whether locks are being granted there',
        error,
      );
    }
    if (this.current !== 'primary') return;
    if (performance.now() - this.marker.absentAt >= this.trustMs)
      throw unavailable(resources, 'the fallback store answers too late to be relied on');
  }

  private async requireMarker(resources: readonly string[], leaseMs: number): Promise<Route> {
    const covers = (): boolean => performance.now() + DRIFT * leaseMs <= this.marker.until;
    this.settle();
    if (this.current === 'fallback' && !covers()) await this.announce().catch(() => undefined);
    this.settle();
    if (this.current === 'returning') return 'both'; // the primary has answered meanwhile
    if (this.current === 'fallback' && covers()) return 'fallback';
    if (this.marker.since === Infinity) {
      throw unavailable(resources, 'the primary store is away, and so is the fallback store');
    }
    const leftMs = Math.max(0, Math.ceil(this.marker.since + this.drainMs - performance.now()));
    throw unavailable(
      resources,
      this.current === 'draining'
        ? `the primary store is away, and the leases that it granted may last for another ${leftMs} ms`
        : 'the fallback store does not confirm in time that it is in use',
    );
  }

  private async confirm(error: unknown): Promise<void> {
    if ((await this.options.probe()) || this.isClosed || this.isDegraded()) return;
    this.change('draining', `the primary store is not available: ${messageOf(error)}`);
    this.watching.stop();
    this.watching.start(); // announces at once
    this.probing.start();
  }

  private async watchMarker(): Promise<void> {
    try {
      if (this.isDegraded()) await this.announce();
      else await this.look();
    } catch {
      // the marker knows how old its knowledge is, and the calls that need a newer one say so
    }
    this.settle();
  }

  private async probePrimary(): Promise<void> {
    if (!(await this.options.probe()) || this.isClosed || !this.isDegraded()) return;
    this.probing.stop();
    this.change('returning', 'the primary store answers again');
  }

  /** Draining or fallback: as the marker stands now. */
  private settle(): void {
    if (!this.isDegraded() || this.isClosed) return;
    const isDrained = performance.now() >= this.marker.since + this.drainMs;
    if (isDrained && this.current === 'draining') {
      this.change('fallback', 'no lease of the primary store can be alive any more');
    } else if (!isDrained && this.current === 'fallback') {
      this.change('draining', 'the fallback store may have lost sight of this process for a while');
    }
  }

  private announce(): Promise<void> {
    this.announcing ??= this.marker.announce().finally(() => (this.announcing = undefined));
    return this.announcing;
  }

  private look(): Promise<void> {
    this.looking ??= this.readMarker().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async readMarker(): Promise<void> {
    const isThere = await this.marker.look();
    if (this.isClosed) return;
    if (isThere && this.current === 'primary') {
      this.change('returning', 'another process uses the fallback store');
      this.watching.start();
    } else if (!isThere && this.current === 'returning') {
      this.watching.stop();
      this.change('primary', 'no lease of the fallback store can be alive any more');
    }
  }

  private change(to: ChainState, reason: string): void {
    const from = this.current;
    this.current = to;
    this.options.onSwitch?.({ from, to, reason });
  }
}

function unavailable(resources: readonly string[], reason: string, cause?: unknown): LockUnavailableError {
  return new LockUnavailableError(resources, new Error(reason, { cause }), 'none');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
