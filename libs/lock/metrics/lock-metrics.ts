import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { LockEvents } from '../events.js';
import type { ChainSwitch } from '../fallback/degradation.js';
import { LockClasses } from './lock-class.js';

export interface LockMetricsOptions {
  registry: Registry;
  /** Put before every name. Default: `holdfast_`. */
  prefix?: string;
  /** The class of a resource, which is the one label: never an id. Default: the name without what looks like one. */
  classOf?: (resource: string) => string;
  /** Of both histograms, in seconds. Default: 1 ms to 60 s. */
  bucketsSec?: readonly number[];
}

const BUCKETS_SEC = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const COUNTERS = {
  attempts: 'Calls that asked for locks',
  acquired: 'Calls that were granted them',
  contended: 'Calls of one try that found them taken',
  timeout: 'Calls that waited in vain',
  unavailable: 'Calls that failed because the store was away',
  lost: 'Locks that ended while they were held',
  extend_failed: 'Renewals that did not reach the store',
  release_failed: 'Releases that did not reach the store',
  stale_fence: 'Acquisitions with a floor, after the record refused a fence',
} as const;
type CounterName = keyof typeof COUNTERS;

type Labels = 'class';

/**
 * What a LockManager does, for Prometheus, labelled by the class of the lock. A call for several resources counts once
 * for each class among them.
 */
export class LockMetrics {
  private readonly classes: LockClasses;
  private readonly counters: Readonly<Record<CounterName, Counter<Labels>>>;
  private readonly fallbacks: Counter;
  private readonly isDegraded: Gauge;
  private readonly wait: Histogram<Labels>;
  private readonly hold: Histogram<Labels>;
  private readonly held: Gauge<Labels>;
  private readonly waiting: Gauge<Labels>;

  constructor(options: LockMetricsOptions) {
    const { registry, prefix = 'holdfast_', classOf, bucketsSec = BUCKETS_SEC } = options;
    const described = (name: string, help: string) => ({
      name: `${prefix}lock_${name}`,
      help,
      labelNames: ['class'] as const,
      registers: [registry],
    });
    const buckets = [...bucketsSec];
    this.classes = new LockClasses(classOf);
    const fallback = described('fallback_total', 'Switches to the fallback provider, of all classes at once');
    this.fallbacks = new Counter({ ...fallback, labelNames: [] });
    const degraded = described('degraded', '1 while a chain is elsewhere than at its first provider');
    this.isDegraded = new Gauge({ ...degraded, labelNames: [] });
    this.counters = Object.fromEntries(
      Object.entries(COUNTERS).map(([name, help]) => [name, new Counter(described(`${name}_total`, help))]),
    ) as Record<CounterName, Counter<Labels>>;
    this.wait = new Histogram({
      ...described('wait_seconds', 'Time from a call to its grant, or to its giving up'),
      buckets,
    });
    this.hold = new Histogram({
      ...described('hold_seconds', 'Time from a grant to its release or loss'),
      buckets,
    });
    this.held = new Gauge(described('held', 'Locks that this process holds'));
    this.waiting = new Gauge(described('waiting', 'Calls that wait in this process'));
  }

  /** For `onSwitch` of a FallbackLockProvider. */
  countSwitch({ to }: ChainSwitch): void {
    if (to === 'fallback') this.fallbacks.inc();
    this.isDegraded.set(to === 'primary' ? 0 : 1);
  }

  /** Counts what this manager does: `metrics.observe(locks.events)`. */
  observe(events: LockEvents): void {
    const seconds = (histogram: Histogram<Labels>, resources: readonly string[], ms: number) =>
      this.each(resources, (labels) => histogram.observe(labels, ms / 1_000));
    events.on('attempt', ({ resources }) => this.count('attempts', resources));
    events.on('acquired', ({ resources, waitMs, floor }) => {
      this.count('acquired', resources);
      if (floor) this.count('stale_fence', resources);
      seconds(this.wait, resources, waitMs);
    });
    events.on('contended', ({ resources }) => this.count('contended', resources));
    events.on('timeout', ({ resources, waitMs }) => {
      this.count('timeout', resources);
      seconds(this.wait, resources, waitMs);
    });
    events.on('unavailable', ({ resources }) => this.count('unavailable', resources));
    events.on('released', ({ resources, heldMs }) => seconds(this.hold, resources, heldMs));
    events.on('lost', ({ resources, heldMs }) => {
      this.count('lost', resources);
      seconds(this.hold, resources, heldMs);
    });
    events.on('extendFailed', ({ resources }) => this.count('extend_failed', resources));
    events.on('releaseFailed', ({ resources }) => this.count('release_failed', resources));
    events.on('held', ({ resources, count }) =>
      this.each(resources, (labels) => this.held.inc(labels, count)),
    );
    events.on('waiting', ({ resources, count }) =>
      this.each(resources, (labels) => this.waiting.inc(labels, count)),
    );
  }

  private count(name: CounterName, resources: readonly string[]): void {
    this.each(resources, (labels) => this.counters[name].inc(labels));
  }

  private each(resources: readonly string[], tell: (labels: { class: string }) => void): void {
    for (const name of this.classes.of(resources)) tell({ class: name });
  }
}
