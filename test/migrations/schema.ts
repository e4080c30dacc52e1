import type { ClientBase, Pool } from 'pg';

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly hasDefault: boolean;
}

/** What the statements of a version rest on. */
export interface Schema {
  readonly columns: readonly Column[];
  /** With the types of their arguments. */
  readonly functions: readonly string[];
}

const COLUMNS = /* sql */ `
SELECT relname AS table, attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS required,
       atthasdef OR attidentity <> '' AS "hasDefault"
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
ORDER BY 1, attnum`;
const FUNCTIONS = /* sql */ `
SELECT oid::regprocedure::text AS function FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`;

export async function readSchema(sql: Pool | ClientBase): Promise<Schema> {
  const columns = await sql.query<Column>(COLUMNS);
  const functions = await sql.query<{ function: string }>(FUNCTIONS);
  return { columns: columns.rows, functions: functions.rows.map((row) => row.function) };
}

/** What the version that runs on `before` would stumble over on `after`; empty where something was only added. */
export function whatBreaks(before: Schema, after: Schema): string[] {
  const nameOf = ({ table, name }: Column) => `${table}.${name}`;
  const now = new Map(after.columns.map((column) => [nameOf(column), column]));
  const known = new Set(before.columns.map(nameOf));
  const knownTables = new Set(before.columns.map(({ table }) => table));
  const changed = before.columns.flatMap((column) => {
    const name = nameOf(column);
    const { type, required } = now.get(name) ?? {};
    if (type === undefined) return [`${name} is gone`];
    if (type !== column.type) return [`${name} was ${column.type} and is ${type}`];
    return required && !column.required ? [`${name} must not be null any more`] : [];
  });
  const demanded = after.columns
    .filter((column) => knownTables.has(column.table) && !known.has(nameOf(column)))
    .filter(({ required, hasDefault }) => required && !hasDefault)
    .map((column) => `${nameOf(column)} is new, and must be given`);
  const lost = before.functions.filter((name) => !after.functions.includes(name));
  return [...changed, ...demanded, ...lost.map((name) => `${name} is gone`)];
}
