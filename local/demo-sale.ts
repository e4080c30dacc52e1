import { DEMO_ITEMS, DEMO_SALES, type DemoItem, type DemoSale } from './demo-catalogue.js';
import { LocalError } from './errors.js';

export interface SeedOptions {
  /** Where the service answers. */
  readonly url: string;
  readonly adminKey: string;
  readonly now: Date;
}

const TIMEOUT_MS = 15_000;

/**
 * Puts the demo into a shop that has no sale of its own, through the API as a shop's own tools would. The items carry
 * idempotency keys and a sale that is there is left alone, so that a run which was cut short is completed by the next.
 * @returns the names of the sales created
 * @throws LocalError when the service refuses
 */
export async function seedDemoSale(options: SeedOptions): Promise<string[]> {
  const present = await call<{ data: { name: string }[] }>(options, 'GET', '/v1/sales');
  const names = new Set(present.data.map((sale) => sale.name));
  const missing = DEMO_SALES.filter((sale) => !names.has(sale.name));
  const isShop = names.size > DEMO_SALES.length - missing.length;
  if (isShop || missing.length === 0) return [];
  const created = DEMO_ITEMS.map(async (item) => [item.sku, await createItem(options, item)] as const);
  const itemIds = new Map(await Promise.all(created));
  for (const sale of missing) await createSale(options, sale, itemIds);
  return missing.map((sale) => sale.name);
}

async function createItem(options: SeedOptions, item: DemoItem): Promise<string> {
  const { id } = await call<{ id: string }>(options, 'POST', '/v1/admin/items', {
    key: `demo-item:${item.sku}`,
    body: item,
  });
  return id;
}

async function createSale(options: SeedOptions, sale: DemoSale, itemIds: Map<string, string>): Promise<void> {
  const begins = options.now.getTime() + sale.startsAfterHours * 3_600_000;
  const ends = begins + sale.lastsHours * 3_600_000;
  const items = sale.items.map(({ sku, ...terms }) => ({ itemId: itemIds.get(sku), ...terms }));
  await call(options, 'POST', '/v1/admin/sales', {
    key: `demo-sale:${encodeURIComponent(sale.name)}:${begins}`, // the times are part of the body, and a key belongs to one body
    body: {
      name: sale.name,
      startsAt: new Date(begins).toISOString(),
      endsAt: new Date(ends).toISOString(),
      items,
    },
  });
}

async function call<Answer>(
  { url, adminKey }: SeedOptions,
  method: 'GET' | 'POST',
  path: string,
  { key, body }: { key?: string; body?: object } = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      'x-api-key': adminKey,
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.ok) return (await response.json()) as Answer;
  throw new LocalError(`${method} ${path} was answered ${response.status}: ${await detailOf(response)}`);
}

async function detailOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const problem = JSON.parse(text) as { code?: string; detail?: string };
    return `${problem.code ?? ''} ${problem.detail ?? ''}`.trim();
  } catch {
    return text.slice(0, 200);
  }
}
