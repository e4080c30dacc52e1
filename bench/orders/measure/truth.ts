import type pg from 'pg';
import { dataOf } from '#client';
import { messageOf, type Api } from '#load';

const IDS_AT_ONCE = 10_000;

/**
 * Holds what was acknowledged against the record.
 * @returns what does not agree, a line each
 */
export async function brokenPromises(parts: {
  readonly api: Api;
  readonly database: pg.Client;
  readonly saleId: string;
  /** Of every 201 that was heard. */
  readonly orderIds: readonly string[];
}): Promise<string[]> {
  const { api, database, saleId, orderIds } = parts;
  const broken = await imbalances(api, saleId);
  const recorded = await count(
    database,
    'SELECT count(*)::int AS n FROM customer_order WHERE sale_id = $1',
    saleId,
  );
  if (orderIds.length > recorded) {
    broken.push(`${orderIds.length} orders were acknowledged, ${recorded} are in the record`);
  }
  let found = 0;
  for (let first = 0; first < orderIds.length; first += IDS_AT_ONCE) {
    const some = orderIds.slice(first, first + IDS_AT_ONCE);
    const statement =
      'SELECT count(*)::int AS n FROM customer_order WHERE id = ANY ($1::uuid[]) AND sale_id = $2';
    found += await count(database, statement, some, saleId);
  }
  if (found !== orderIds.length)
    broken.push(`${orderIds.length - found} acknowledged orders are not in the record`);
  return broken;
}

async function imbalances(api: Api, saleId: string): Promise<string[]> {
  try {
    const params = { path: { saleId } };
    const { balanced, checks } = await dataOf(
      api.administrator.GET('/v1/admin/sales/{saleId}/reconciliation', { params }),
    );
    if (balanced) return [];
    return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
  } catch (error) {
    return [`the reconciliation was not answered: ${messageOf(error)}`];
  }
}

async function count(database: pg.Client, statement: string, ...values: readonly unknown[]): Promise<number> {
  const { rows } = await database.query<{ n: number }>(statement, [...values]);
  return rows[0]?.n ?? 0;
}
