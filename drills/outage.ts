import type { JournalEntry } from '#load';

/** How long orders were not accepted around a loss. Milliseconds; undefined where no order was accepted after it. */
export interface Outage {
  /** The longest time between two orders that were accepted one after the other. */
  readonly longestGapMs: number | undefined;
  /** From the loss to the first 201 for an order that was sent after it. */
  readonly untilAcceptedMs: number | undefined;
}

/**
 * Reads the outage from a journal. The first 201 of each order counts; a 201 that was on its way when the loss came says
 * nothing about what came after, hence "sent after it".
 */
export async function outageIn(entries: AsyncIterable<JournalEntry>, lostMs: number): Promise<Outage> {
  const accepted = await acceptedIn(entries);
  const times = accepted.map(({ atMs }) => atMs).sort((a, b) => a - b);
  const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? atMs));
  const after = accepted.filter(({ sentMs }) => sentMs >= lostMs).map(({ atMs }) => atMs - lostMs);
  if (after.length === 0) return { longestGapMs: undefined, untilAcceptedMs: undefined };
  return { longestGapMs: largest(gaps), untilAcceptedMs: smallest(after) };
}

interface Accepted {
  readonly sentMs: number;
  readonly atMs: number;
}

async function acceptedIn(entries: AsyncIterable<JournalEntry>): Promise<Accepted[]> {
  const sent = new Map<number, { order: string; sentMs: number }>();
  const accepted = new Map<string, Accepted>();
  for await (const entry of entries) {
    if (entry.type === 'send') {
      sent.set(entry.attempt, { order: `${entry.buyerId} ${entry.key}`, sentMs: entry.sentMs });
      continue;
    }
    const request = sent.get(entry.attempt);
    if (entry.outcome !== 'ok' || !request || accepted.has(request.order)) continue;
    accepted.set(request.order, { sentMs: request.sentMs, atMs: entry.atMs });
  }
  return [...accepted.values()];
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function smallest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}
