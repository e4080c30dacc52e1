import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { executorOf, loadStatement, ProblemError } from '#platform';
import { checkRows, type ReconciliationRow } from './checks.js';
import type { Reconciliation } from './reconciliation.dto.js';

const RECONCILIATION = loadStatement(import.meta.url, './reconciliation.sql');

/** Holds stock, ledger, orders and purchases of a sale against each other, in one snapshot. */
@Injectable()
export class ReconciliationService {
  constructor(private readonly dataSource: DataSource) {}

  /** The sales that are live, or ended within the last hour. */
  async salesUnderWay(): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT id FROM sale
       WHERE starts_at <= clock_timestamp() AND ends_at > clock_timestamp() - interval '1 hour' ORDER BY id`,
    );
    return rows.map(({ id }) => id);
  }

  /** @throws ProblemError not_found */
  async reconcile(saleId: string): Promise<Reconciliation> {
    const rows = await this.dataSource.transaction('REPEATABLE READ', (manager) =>
      executorOf(manager).query<ReconciliationRow>(RECONCILIATION, [saleId]),
    );
    if (rows.length === 0) throw new ProblemError('not_found', 'There is no such sale.');
    const checks = checkRows(rows);
    return {
      balanced: checks.every((check) => check.ok),
      checks,
      items: rows.map((row) => ({
        itemId: row.item_id,
        onHand: row.on_hand,
        reserved: row.reserved,
        sold: row.sold,
        available: row.on_hand - row.reserved,
        movementTotal: row.movement_total,
        ordersReserved: row.orders_reserved,
        ordersSold: row.orders_sold,
      })),
    };
  }
}
