import { Client } from 'pg';
import {
  everyOrderAskedFor,
  everyRequestEnds,
  History,
  ledgerAgrees,
  limitsHold,
  noLeakedReservation,
  noOversell,
  nothingLost,
  once,
  purchasesAgree,
  readDatabase,
  readJournal,
  Violations,
  type Evidence,
  type Snapshot,
  type Verdict,
} from '#load';
import { ORDER_DEADLINE_MS, type Fleet } from './fleet/fleet.js';
import type { Catalogue } from './traffic/catalogue.js';
import type { Traffic } from './traffic/traffic.js';

/** What holds whatever happens meanwhile. That nobody is refused in vain cannot be seen while stock comes and goes. */
const INVARIANTS = [
  noOversell,
  nothingLost,
  everyOrderAskedFor,
  once,
  limitsHold,
  noLeakedReservation,
  purchasesAgree,
  ledgerAgrees,
  everyRequestEnds,
];

/** Holds what clients were told against the record, once everything that was under way has ended. */
export async function judge(
  journalFile: string,
  { fleet, traffic, catalogue }: { fleet: Fleet; traffic: Traffic; catalogue: Catalogue },
): Promise<Verdict[]> {
  const history = new History();
  for await (const entry of readJournal(journalFile)) history.add(entry);
  const { saleId, currency, items } = catalogue;
  const snapshot = await readDatabase(fleet.databaseUrl, {
    saleId,
    itemIds: items.map(({ itemId }) => itemId),
  });
  const evidence: Evidence = {
    history,
    snapshot,
    samples: [],
    parameters: {
      ...{ saleId, currency, orderDeadlineMs: ORDER_DEADLINE_MS },
      items: items.map((item) => ({ ...item, stock: receivedUnits(snapshot, item.itemId) })),
    },
  };
  return [
    ...INVARIANTS.map((invariant) => invariant(evidence)),
    await booksBalance(traffic, saleId),
    await nothingLeftOver(fleet.databaseUrl),
    await shopWasTold(fleet),
    noSurprises(traffic),
  ];
}

function receivedUnits({ movements }: Snapshot, itemId: string): number {
  return (movements ?? [])
    .filter((movement) => movement.itemId === itemId && ['receive', 'adjust'].includes(movement.kind))
    .reduce((sum, { onHandDelta }) => sum + onHandDelta, 0);
}

async function booksBalance(traffic: Traffic, saleId: string): Promise<Verdict> {
  const violations = new Violations();
  const route = 'GET /v1/admin/sales/:id/reconciliation';
  const { status, body } = await traffic.administrator.read(
    route,
    `/v1/admin/sales/${saleId}/reconciliation`,
  );
  const checks = (body.checks ?? []) as { name: string; ok: boolean; detail: string }[];
  for (const { name, ok, detail } of checks) violations.expect(ok, () => `${name}: ${detail}`);
  violations.expect(status === 200, () => `the reconciliation answered ${status}`);
  return violations.verdict('books balance', `${checks.length} checks of the service's own`);
}

async function nothingLeftOver(databaseUrl: string): Promise<Verdict> {
  const violations = new Violations();
  const left = await leftOver(databaseUrl);
  for (const [what, count] of Object.entries(left)) violations.expect(count === 0, () => `${count} ${what}`);
  return violations.verdict(
    'nothing is left over',
    'no reservation, payment, refund, event or dead letter waits',
  );
}

/** What waits for somebody: by kind, how much. @throws the error of pg */
export async function leftOver(connectionString: string): Promise<Record<string, number>> {
  return withClient(connectionString, async (client) => {
    const { rows } = await client.query<Record<string, number>>(
      `SELECT (SELECT count(*)::integer FROM customer_order WHERE status = 'pending_payment') AS reservations,
              (SELECT count(*)::integer FROM customer_order WHERE status = 'refund_pending') AS refunds,
              (SELECT count(*)::integer FROM payment WHERE due_at IS NOT NULL) AS payments,
              (SELECT count(*)::integer FROM outbox_event) AS events`,
    );
    return rows[0] ?? {};
  });
}

/** At least once: each order's reservation, and what became of it. */
async function shopWasTold({ databaseUrl, shop }: Fleet): Promise<Verdict> {
  const violations = new Violations();
  const orders = await withClient(databaseUrl, async (client) => {
    const sql = 'SELECT id, status, paid_at IS NOT NULL AS paid FROM customer_order';
    return (await client.query<{ id: string; status: string; paid: boolean }>(sql)).rows;
  });
  for (const { id, status, paid } of orders) {
    const types = ['order.reserved', ...(paid ? ['order.paid'] : [])];
    if (['expired', 'cancelled', 'refunded'].includes(status)) types.push(`order.${status}`);
    for (const type of types)
      violations.expect(shop.wasTold(id, type), () => `the shop never heard ${type} of order ${id}`);
  }
  violations.expect(shop.forged === 0, () => `${shop.forged} events with a wrong signature`);
  return violations.verdict(
    'the shop was told',
    `${shop.delivered} events of ${orders.length} orders and of stock`,
  );
}

/** A service that is away, busy or limits its callers says so; nothing else that it says is an error of its own. */
function noSurprises({ caller }: Traffic): Verdict {
  const violations = new Violations();
  for (const [what, count] of caller.counts) {
    const isSurprise = / 5(?!03)\d\d/.test(what) || /idempotency_key_reused|unauthenticated/.test(what);
    if (isSurprise && !what.includes('(no token)')) violations.add(`${count} × ${what}`);
  }
  return violations.verdict(
    'no answer was a surprise',
    `${caller.counts.size} kinds of answers, no 5xx but 503`,
  );
}

async function withClient<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the query under way reports it
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
