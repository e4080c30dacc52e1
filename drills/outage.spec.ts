import { describe, expect, test } from '@jest/globals';
import type { JournalEntry } from '#load';
import { outageIn } from './outage.js';

/** Requests for an order each, unless they share a `key`: when they were sent and answered, and how. */
async function* journal(
  ...requests: readonly { sentMs: number; atMs: number; outcome?: 'ok' | 'unknown'; key?: string }[]
): AsyncGenerator<JournalEntry> {
  for (const [attempt, { sentMs, atMs, outcome = 'ok', key = `key-${attempt}` }] of requests.entries()) {
    yield { type: 'send', attempt, buyerId: 'b', key, saleId: 's', lines: [], intendedMs: sentMs, sentMs };
    yield { type: 'answer', attempt, outcome, status: 201, code: null, atMs, replayed: false, body: null };
    await Promise.resolve();
  }
}

describe('the outage in a journal', () => {
  test('is the longest time between two accepted orders, in the order of their answers', async () => {
    const entries = journal(
      { sentMs: 0, atMs: 100 },
      { sentMs: 10, atMs: 1_900 },
      { sentMs: 20, atMs: 200 },
      { sentMs: 1_000, atMs: 2_000 },
    );
    expect((await outageIn(entries, 500)).longestGapMs).toBe(1_700);
  });

  test('ends with the first 201 for what was sent after the loss, not with one that was on its way', async () => {
    const entries = journal(
      { sentMs: 480, atMs: 520 },
      { sentMs: 510, atMs: 600, outcome: 'unknown' },
      { sentMs: 700, atMs: 900 },
      { sentMs: 800, atMs: 850 },
    );
    expect((await outageIn(entries, 500)).untilAcceptedMs).toBe(350);
  });

  test('does not take the replay of an earlier order for service', async () => {
    const entries = journal({ sentMs: 0, atMs: 100, key: 'a' }, { sentMs: 600, atMs: 700, key: 'a' });
    expect(await outageIn(entries, 500)).toEqual({ longestGapMs: undefined, untilAcceptedMs: undefined });
  });
});
