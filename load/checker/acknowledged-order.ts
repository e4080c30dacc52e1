import type { AnswerEntry } from '../journal.js';

/** What a 201 told its buyer. Amounts are minor units. */
export interface AcknowledgedOrder {
  readonly id: string;
  readonly saleId: string;
  readonly status: string;
  readonly lines: readonly {
    readonly itemId: string;
    readonly quantity: number;
    readonly unitPriceAmount: number;
  }[];
  readonly totalAmount: number;
  readonly currency: string;
}

/** @returns undefined when the body is not an order as the contract describes it */
export function acknowledgedOrder(answer: AnswerEntry): AcknowledgedOrder | undefined {
  const { id, saleId, status, lines, total } = fieldsOf(answer.body);
  const { amount: totalAmount, currency } = fieldsOf(total);
  if (typeof id !== 'string' || typeof saleId !== 'string' || typeof status !== 'string') return undefined;
  if (typeof totalAmount !== 'number' || typeof currency !== 'string' || !Array.isArray(lines))
    return undefined;
  const readLines = lines.flatMap((line: unknown) => {
    const { itemId, quantity, unitPrice } = fieldsOf(line);
    const { amount: unitPriceAmount, currency: lineCurrency } = fieldsOf(unitPrice);
    const readable =
      typeof itemId === 'string' && typeof quantity === 'number' && typeof unitPriceAmount === 'number';
    return readable && lineCurrency === currency ? [{ itemId, quantity, unitPriceAmount }] : [];
  });
  if (readLines.length !== lines.length) return undefined;
  return { id, saleId, status, lines: readLines, totalAmount, currency };
}

/** The body of a 201 with its lines in a fixed order, for comparing a replay with the first answer. */
export function comparableBody(body: unknown): unknown {
  const fields = fieldsOf(body);
  if (!Array.isArray(fields.lines)) return body;
  const itemOf = (line: unknown) => String(fieldsOf(line).itemId);
  const lines = [...(fields.lines as unknown[])].sort((a, b) => itemOf(a).localeCompare(itemOf(b)));
  return { ...fields, lines };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
