import { violatedConstraint, type Database } from '#platform';

/** What both sides begin with. */
export const ITEMS = ['1', '2', '3'].map((last) => `00000000-0000-7000-8000-00000000000${last}`);
export const SALE = '00000000-0000-7000-8000-0000000000aa';
export const STOCK = 40;

/** What the service does, on a database that is one or the other. */
export type Operation = (database: Database) => Promise<string>;

/** An error is an answer too. */
export async function answerOf(operation: Operation, database: Database): Promise<string> {
  try {
    return await operation(database);
  } catch (error) {
    const { code, name } = error as { code?: string; name: string };
    return violatedConstraint(error) ?? code ?? name;
  }
}

export function termsOf(index: number): {
  priceAmount: number;
  purchaseLimit: number | null;
  allotment: number | null;
} {
  return {
    priceAmount: 100 * (index + 1),
    purchaseLimit: index === 1 ? 6 : null,
    allotment: index === 2 ? 20 : null,
  };
}

/** Tables as texts, whatever order they came in. */
export function sorted(tables: Record<string, readonly unknown[]>): unknown {
  return Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [name, rows.map((row) => JSON.stringify(row)).sort()]),
  );
}
