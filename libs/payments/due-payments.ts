import { Logger } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { contextOf, inSpan, loadStatement, type SqlExecutor } from '#platform';
import {
  GatewayUnavailableError,
  type Charge,
  type GatewayAnswer,
  type PaymentGateway,
} from './gateway/payment-gateway.js';
import type { PaymentFact, Settlement } from './settlement.js';

const DUE = loadStatement(import.meta.url, './due-payments.sql');

/** Calls to the gateway at the same time. */
const AT_ONCE = 20;
/** After so long the gateway is asked again. */
const ASK_AGAIN_SECONDS = 10;

interface DuePayment {
  id: string;
  order_id: string;
  status: 'pending' | 'succeeded' | 'declined';
  amount: string;
  currency: string;
  token: string | null;
  outcome: string | null;
  traceparent: string | null;
}

/**
 * Asks the gateway about the payments that are due: captures those that are pending, refunds those whose order waits for it.
 * The gateway is called outside any transaction, with the payment's id as its idempotency key, so that whoever dies between its
 * answer and the record is followed by another who asks the same and records it.
 */
export class DuePayments {
  private readonly logger = new Logger('Payments');

  constructor(
    private readonly sql: SqlExecutor,
    private readonly gateway: PaymentGateway,
    private readonly settlement: Settlement,
  ) {}

  /** @returns how many were taken up */
  async settleSome(): Promise<number> {
    const due = await this.sql.query<DuePayment>(DUE, [AT_ONCE, ASK_AGAIN_SECONDS]);
    await Promise.all(due.map((payment) => this.settle(payment)));
    return due.length;
  }

  /** Age of the oldest payment that is pending; 0 where there is none. */
  async oldestPendingSec(): Promise<number> {
    const [row] = await this.sql.query<{ seconds: number }>(
      `SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::double precision AS seconds
       FROM payment WHERE due_at IS NOT NULL AND status = 'pending'`,
    );
    return row?.seconds ?? 0;
  }

  private async settle(payment: DuePayment): Promise<void> {
    const { id, order_id: orderId } = payment;
    const name = payment.status === 'pending' ? 'capture payment' : 'refund payment';
    const attributes = { 'holdfast.order.id': orderId, 'holdfast.payment.id': id };
    const settle = async (): Promise<void> => {
      const fact = await inSpan('ask gateway', { kind: SpanKind.CLIENT }, () => this.ask(payment));
      if (fact) await this.settlement.record({ id, orderId }, fact);
    };
    try {
      await inSpan(name, { attributes }, settle, contextOf(payment.traceparent));
    } catch (error) {
      const message =
        error instanceof GatewayUnavailableError ? 'the gateway did not answer' : 'a payment was not settled';
      this.logger.warn({ err: error, paymentId: id }, `${message}; it is asked again`);
    }
  }

  private async ask(payment: DuePayment): Promise<PaymentFact | undefined> {
    const charge: Charge = {
      paymentId: payment.id,
      orderId: payment.order_id,
      amount: Number(payment.amount),
      currency: payment.currency,
      token: payment.token,
      outcome: payment.outcome,
    };
    switch (payment.status) {
      case 'pending':
        return captured(await this.gateway.capture(charge));
      case 'succeeded':
      case 'declined': // captured all the same
        return this.refunded(charge, await this.gateway.refund(charge));
    }
  }

  /** A refund that is refused waits for an administrator, and is tried again. */
  private refunded({ paymentId }: Charge, answer: GatewayAnswer): PaymentFact | undefined {
    if (answer.status === 'succeeded') return { kind: 'refunded' };
    this.logger.error({ paymentId, failureCode: answer.failureCode }, 'the gateway refuses a refund');
    return undefined;
  }
}

function captured(answer: GatewayAnswer): PaymentFact {
  if (answer.status === 'declined') return { kind: 'declined', failureCode: answer.failureCode };
  return { kind: 'captured', amount: answer.amount, currency: answer.currency };
}
