import type pg from 'pg';

/** How an index or a constraint is dropped, and made again. */
interface Definition {
  readonly drop: string;
  readonly create: string;
}

const TABLES = ['customer_order', 'order_line', 'stock_movement', 'purchase'];
/** Those whose keys follow the time are cheap to keep up, and others refer to them. */
const KEPT = ['customer_order_pkey', 'order_line_pkey', 'stock_movement_pkey'];

const DEFINITIONS = `
  SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
         format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS create
  FROM pg_constraint
  WHERE conrelid = ANY ($1::text[]::regclass[]) AND contype IN ('p', 'u') AND conname <> ALL ($2::text[])
  UNION ALL
  SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
  FROM pg_index
  WHERE indrelid = ANY ($1::text[]::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))`;

/**
 * Drops the indexes of what an order writes: to sort once is cheaper than to find each place.
 * @returns the statements that make them again
 */
export async function dropIndexes(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<Definition>(DEFINITIONS, [TABLES, KEPT]);
  for (const { drop } of rows) await client.query(drop);
  return rows.map(({ create }) => create);
}
