import { isDeepStrictEqual } from 'node:util';
import { acknowledgedOrder, comparableBody } from '../acknowledged-order.js';
import type { Evidence } from '../evidence.js';
import { acknowledgements, type AskedOrder } from '../history.js';
import type { OrderRow } from '../snapshot.js';
import { Violations, type Verdict } from '../verdict.js';

export const ONCE = 'once';

/** One order for each buyer and key, and every replay is the first answer again. */
export function once({ history, snapshot }: Evidence): Verdict {
  const violations = new Violations();
  expectOneOrderPerKey(snapshot.orders, violations);
  const askedById = new Map<string, AskedOrder>();
  let replays = 0;
  for (const asked of history.orders()) {
    replays += Math.max(0, acknowledgements(asked).length - 1);
    expectSameAnswer(asked, violations);
    for (const answer of acknowledgements(asked)) {
      const id = acknowledgedOrder(answer)?.id;
      if (id === undefined) continue;
      const other = askedById.get(id) ?? asked;
      askedById.set(id, other);
      violations.expect(
        other === asked,
        () => `order ${id} was acknowledged for ${show(other)} and for ${show(asked)}`,
      );
    }
  }
  return violations.verdict(ONCE, `${snapshot.orders.length} orders, ${replays} replays`);
}

function expectOneOrderPerKey(orders: readonly OrderRow[], violations: Violations): void {
  const byKey = new Map<string, OrderRow>();
  const ids = new Set<string>();
  for (const order of orders) {
    violations.expect(!ids.has(order.id), () => `order ${order.id} is in the record twice`);
    ids.add(order.id);
    if (order.key === null) continue;
    const key = `${order.buyerId} ${order.key}`;
    const other = byKey.get(key);
    if (other)
      violations.add(`orders ${other.id} and ${order.id} have the same buyer and key (${order.key})`);
    else byKey.set(key, order);
  }
}

function expectSameAnswer(asked: AskedOrder, violations: Violations): void {
  const [first, ...replays] = acknowledgements(asked);
  if (!first) return;
  for (const replay of replays) {
    violations.expect(
      isDeepStrictEqual(comparableBody(first.body), comparableBody(replay.body)),
      () => `${show(asked)} was answered with two different orders or bodies`,
    );
  }
  const fresh = [first, ...replays].filter(({ replayed }) => !replayed).length;
  violations.expect(fresh <= 1, () => `${show(asked)} was answered ${fresh} times as if it were new`);
  for (const { answer } of asked.attempts) {
    violations.expect(
      answer?.code !== 'idempotency_key_reused',
      () => `${show(asked)} was sent again unchanged and refused as another request`,
    );
  }
}

function show({ buyerId, key }: AskedOrder): string {
  return `buyer ${buyerId}, key ${key}`;
}
