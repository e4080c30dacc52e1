/** What GET /metrics counted up to a moment, over all processes and labels. */
export interface ServiceMetrics {
  readonly batches: SumAndCount;
  readonly lockWaits: SumAndCount;
}

export interface SumAndCount {
  readonly sum: number;
  readonly count: number;
}

const BATCHES = 'holdfast_lane_batch_orders';
const LOCK_WAITS = 'holdfast_lock_wait_seconds';
const TIMEOUT_MS = 10_000;

/** @throws the error of fetch when a process does not answer */
export async function readServiceMetrics(ports: readonly number[]): Promise<ServiceMetrics> {
  const pages = await Promise.all(
    ports.map(async (port) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      return (await fetch(`http://127.0.0.1:${port}/metrics`, { signal })).text();
    }),
  );
  return { batches: histogramOf(pages, BATCHES), lockWaits: histogramOf(pages, LOCK_WAITS) };
}

/** The sum and count of a histogram in Prometheus' text format, over all its labels. */
export function histogramOf(pages: readonly string[], name: string): SumAndCount {
  const total = { sum: 0, count: 0 };
  const line = new RegExp(`^${name}_(sum|count)(?:\\{[^}]*\\})? (\\S+)$`, 'gm');
  for (const page of pages) {
    for (const [, which, value] of page.matchAll(line)) total[which as 'sum' | 'count'] += Number(value);
  }
  return total;
}

/** The mean of what was counted between two moments; undefined when nothing was. */
export function meanBetween(before: SumAndCount, after: SumAndCount): number | undefined {
  const count = after.count - before.count;
  return count > 0 ? (after.sum - before.sum) / count : undefined;
}
