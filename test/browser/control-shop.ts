import type { LocalService } from '#local';
import { expectStatus, Shop, type Buyer, type OrderBody } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { ShopEndpoint } from '../outbox/shop-endpoint.js';

/** A shop with a worker, which tells an endpoint of what happens. */
export class ControlShop {
  readonly shop: Shop;
  readonly endpoint: ShopEndpoint;
  private readonly worker: LocalService;

  private constructor(shop: Shop, endpoint: ShopEndpoint, worker: LocalService) {
    this.shop = shop;
    this.endpoint = endpoint;
    this.worker = worker;
  }

  static async open(): Promise<ControlShop> {
    const shop = await Shop.open();
    const endpoint = await ShopEndpoint.open();
    const attempts = '2'; // one may meet a connection that just closed
    const worker = await shop.startWorker({ ...endpoint.env, SHOP_WEBHOOK_ATTEMPTS: attempts });
    return new ControlShop(shop, endpoint, worker);
  }

  async close(): Promise<void> {
    await this.worker.stop();
    await this.shop.close();
    await this.endpoint.close();
  }

  /** An order of one unit of an item of its own. */
  async order(stock = 5): Promise<{ saleId: string; itemId: string; buyer: Buyer; order: OrderBody }> {
    const { saleId, itemId } = await this.shop.offer(stock);
    const buyer = await this.shop.buyer();
    const { body } = expectStatus(await buyer.order(saleId, [{ itemId, quantity: 1 }]), 201);
    return { saleId, itemId, buyer, order: body };
  }

  async paidOrder(): Promise<{ saleId: string; itemId: string; buyer: Buyer; order: OrderBody }> {
    const placed = await this.order();
    const { buyer, order } = placed;
    await buyer.request('POST', `/v1/orders/${order.id}/payments`, { body: { method: 'sandbox' } });
    await eventually(async () => {
      const { body } = await buyer.request<OrderBody>('GET', `/v1/orders/${order.id}`);
      if (body.status !== 'paid') throw new Error(`the order is ${body.status}`);
    });
    return placed;
  }

  /** Events that the shop did not take. */
  async deadLetters(): Promise<void> {
    this.endpoint.answer = 500;
    await this.order();
    await eventually(async () => {
      const { body } = await this.shop.admin<{ dead: number; pending: number }>('GET', '/v1/admin/outbox');
      if (body.dead === 0 || body.pending > 0) throw new Error('nothing was given up yet');
    });
    this.endpoint.answer = 200;
  }
}
