import type { SqlExecutor } from '#platform';
import {
  GatewayUnavailableError,
  type Charge,
  type GatewayAnswer,
  type PaymentGateway,
} from './payment-gateway.js';

export const SANDBOX_OUTCOMES = ['succeed', 'decline', 'timeout'] as const;
export type SandboxOutcome = (typeof SANDBOX_OUTCOMES)[number];

type ChargeStatus = 'authorized' | 'captured' | 'declined' | 'voided' | 'refunded';

/**
 * A provider without money, for demonstrations and tests. Its books are a table, so that it remembers through restarts what
 * it did under which key. `timeout` takes the money and does not answer; asked again, it says so.
 */
export class SandboxGateway implements PaymentGateway {
  constructor(private readonly sql: SqlExecutor) {}

  authorize(charge: Charge): Promise<GatewayAnswer> {
    return this.charge(charge, 'authorized');
  }

  capture(charge: Charge): Promise<GatewayAnswer> {
    return this.charge(charge, 'captured');
  }

  void(charge: Charge): Promise<GatewayAnswer> {
    return this.end(charge, { from: 'authorized', to: 'voided' });
  }

  refund(charge: Charge): Promise<GatewayAnswer> {
    return this.end(charge, { from: 'captured', to: 'refunded' });
  }

  private async charge(charge: Charge, wanted: 'authorized' | 'captured'): Promise<GatewayAnswer> {
    const status = charge.outcome === 'decline' ? 'declined' : wanted;
    const [row] = await this.sql.query<{
      status: ChargeStatus;
      amount: string;
      currency: string;
      asked: number;
    }>(
      `INSERT INTO sandbox_charge AS c (payment_id, status, amount, currency) VALUES ($1, $2, $3, $4)
       ON CONFLICT (payment_id) DO UPDATE SET asked = c.asked + 1,
         status = CASE WHEN c.status = 'authorized' THEN excluded.status ELSE c.status END
       RETURNING status, amount, currency, asked`,
      [charge.paymentId, status, charge.amount, charge.currency],
    );
    if (!row) throw new Error('An upsert returns its row.');
    if (charge.outcome === 'timeout' && row.asked === 1) {
      throw new GatewayUnavailableError('The sandbox does not answer, as it was asked to.');
    }
    if (row.status === 'declined') return { status: 'declined', failureCode: 'card_declined' };
    return { status: 'succeeded', amount: Number(row.amount), currency: row.currency };
  }

  private async end(
    { paymentId }: Charge,
    { from, to }: { from: ChargeStatus; to: ChargeStatus },
  ): Promise<GatewayAnswer> {
    const [row] = await this.sql.query<{ amount: string; currency: string }>(
      `UPDATE sandbox_charge SET status = $3 WHERE payment_id = $1 AND status IN ($2, $3) RETURNING amount, currency`,
      [paymentId, from, to],
    );
    if (!row) return { status: 'declined', failureCode: `not_${from}` };
    return { status: 'succeeded', amount: Number(row.amount), currency: row.currency };
  }
}
