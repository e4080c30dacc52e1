import type { Tables } from '../postgres/tables.js';
import type { Transaction } from '../postgres/transaction.js';
import type { Action, ProcessFault } from './step.js';

/** A step, for a trace. */
export function describe(action: Action): string {
  const { kind, ...rest } = action;
  if (action.kind === 'process') {
    const { process, fault, at } = action;
    return `${process}: ${describeFault(fault)} ${at ? `when it next comes to "${at}"` : 'now'}`;
  }
  return `${kind} ${JSON.stringify(rest, rounded)}`;
}

export function describeFault(fault: ProcessFault): string {
  switch (fault.kind) {
    case 'kill':
      return `killed, back after ${fault.downMs.toFixed(0)} ms`;
    case 'pause':
      return `stopped for ${fault.ms.toFixed(0)} ms`;
    case 'cut':
      return `connections to PostgreSQL lost${fault.lateMs > 0 ? `, what was sent comes up to ${fault.lateMs.toFixed(0)} ms late` : ''}`;
  }
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 100) / 100 : value;
}

/** What a transaction has changed. Identifiers that chance made are left out: a trace is the same each time. */
export function describeWrites(transaction: Transaction, tables: Tables): string {
  const changes = [
    ...transaction
      .written(tables.orders)
      .map(({ id, status, stockState }) => `order ${id} ${status}, stock ${stockState}`),
    ...transaction.written(tables.payments).map(({ orderId, status }) => `payment of ${orderId} ${status}`),
    ...transaction
      .written(tables.stock)
      .map(({ itemId, onHand, reserved }) => `${itemId} ${reserved} reserved of ${onHand}`),
  ];
  return changes.join('; ') || 'nothing that shows';
}
