import { Client } from 'pg';
import { Violations, type Verdict } from '#load';

type Fences = ReadonlyMap<string, bigint>;

/** Watches that the fences of the record go on growing after a loss: locks are granted again, above those before it. */
export class FenceWatch {
  private before: Fences = new Map();

  /** Right before the loss. */
  async remember(recordUrl: string): Promise<void> {
    this.before = await readFences(recordUrl);
  }

  /** When the load is over, of the record that is left. */
  async verdict(recordUrl: string): Promise<Verdict> {
    const violations = new Violations();
    const after = await readFences(recordUrl);
    for (const [itemId, before] of this.before) {
      const fence = after.get(itemId) ?? 0n;
      violations.expect(fence > before, () => `item ${itemId}: ${fence} after the loss, ${before} before it`);
    }
    violations.expect(this.before.size > 0, () => 'there was no item before the loss');
    const grown = [...after].map(([itemId, fence]) => `${fence - (this.before.get(itemId) ?? 0n)}`);
    return violations.verdict('fences grow', `by ${grown.join(' and ')} since the loss`);
  }
}

async function readFences(recordUrl: string): Promise<Fences> {
  const client = new Client({ connectionString: recordUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the query under way reports it
  await client.connect();
  try {
    const { rows } = await client.query<{ itemId: string; fence: string }>(
      'SELECT item_id AS "itemId", fence FROM stock_level ORDER BY item_id',
    );
    return new Map(rows.map(({ itemId, fence }) => [itemId, BigInt(fence)]));
  } finally {
    await client.end();
  }
}
