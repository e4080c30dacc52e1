import { randomUUID } from 'node:crypto';
import type { LocalService } from '#local';
import { WebhookSignature } from '#platform';
import { expectStatus, Shop, type Answer, type Buyer, type OrderBody } from '../support/shop.js';
import { eventually } from '../support/wait.js';

export const WEBHOOK_SECRET = 'signs-what-the-provider-tells';

export interface PaidOrder extends OrderBody {
  paidAt: string | null;
  payments: { id: string; status: string; failureCode: string | null }[];
}

export interface Receipt {
  paymentId: string;
  status: string;
  code?: string;
}

/** A shop whose orders are paid: the API and as many workers as a test starts. */
export class Till {
  readonly shop: Shop;
  private readonly workers: LocalService[] = [];
  private readonly signature = new WebhookSignature([WEBHOOK_SECRET]);

  private constructor(shop: Shop) {
    this.shop = shop;
  }

  static async open(env: Record<string, string> = {}, onLine?: (line: string) => void): Promise<Till> {
    const settings = { PAYMENT_WEBHOOK_SECRET: WEBHOOK_SECRET, ...env };
    return new Till(await Shop.open(settings, undefined, onLine));
  }

  async close(): Promise<void> {
    await this.stopWorkers();
    await this.shop.close();
  }

  async startWorker(env: Record<string, string> = {}): Promise<LocalService> {
    const worker = await this.shop.startWorker(env);
    this.workers.push(worker);
    return worker;
  }

  async stopWorkers(): Promise<void> {
    await Promise.all(this.workers.splice(0).map((worker) => worker.stop()));
  }

  /** An order of the whole stock of an item of its own. */
  async order(stock = 1, { terms = {}, sale = {} } = {}) {
    const itemId = await this.shop.createItem(stock);
    const saleId = await this.shop.createSale([{ itemId, ...terms }], sale);
    const buyer = await this.shop.buyer();
    const { body } = expectStatus(await buyer.order(saleId, [{ itemId, quantity: stock }]), 201);
    return { itemId, saleId, buyer, order: body };
  }

  pay(buyer: Buyer, orderId: string, outcome?: string): Promise<Answer<Receipt>> {
    const body = { method: 'sandbox', ...(outcome === undefined ? {} : { outcome }) };
    return buyer.request<Receipt>('POST', `/v1/orders/${orderId}/payments`, { body });
  }

  async read(buyer: Buyer, orderId: string): Promise<PaidOrder> {
    return expectStatus(await buyer.request<PaidOrder>('GET', `/v1/orders/${orderId}`), 200).body;
  }

  /** Waits until the order is in that state. */
  becomes(buyer: Buyer, orderId: string, status: string): Promise<PaidOrder> {
    return eventually(async () => {
      const order = await this.read(buyer, orderId);
      if (order.status !== status) throw new Error(`the order is ${order.status}, not ${status}`);
      return order;
    });
  }

  /** What the provider tells. */
  tell(event: Record<string, unknown>) {
    const body = { eventId: randomUUID(), ...event };
    const signed = this.signature.sign(JSON.stringify(body), Date.now() / 1000);
    return this.shop.request<{ code?: string }>('POST', '/v1/webhooks/payments', {
      headers: { 'x-webhook-signature': signed },
      body,
    });
  }

  async movementsOf(orderId: string): Promise<string[]> {
    const sql = `SELECT kind, on_hand_delta, reserved_delta FROM stock_movement WHERE order_id = $1 ORDER BY id`;
    const { rows } = await this.shop.record.query<{
      kind: string;
      on_hand_delta: number;
      reserved_delta: number;
    }>(sql, [orderId]);
    return rows.map((row) => `${row.kind} ${row.on_hand_delta} ${row.reserved_delta}`);
  }

  /** The provider's books of a payment. */
  async chargeOf(paymentId: string): Promise<{ status: string; asked: number } | undefined> {
    const sql = 'SELECT status, asked FROM sandbox_charge WHERE payment_id = $1';
    return (await this.shop.record.query<{ status: string; asked: number }>(sql, [paymentId])).rows[0];
  }
}
