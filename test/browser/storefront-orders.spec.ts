import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { Till } from '../payments/till.js';
import { Buyer, expectStatus, type Shop } from '../support/shop.js';
import { openBrowser } from './browser.js';
import { recordOf, Storefront } from './storefront.js';

const NAME = 'Lumen lamp';

describe('an order in the storefront', () => {
  let till: Till;
  let shop: Shop;
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    [till, browser] = await Promise.all([Till.open(), openBrowser()]);
    shop = till.shop;
    await till.startWorker();
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await till.close();
  });

  beforeEach(async () => {
    context = await browser.newContext();
  });

  afterEach(() => context.close());

  async function offer(stock: number, saleFields = {}, itemFields = {}) {
    const itemId = await shop.createItem(stock, {
      name: NAME,
      imageUrl: '/pictures/lamp.svg',
      ...itemFields,
    });
    return { itemId, saleId: await shop.createSale([{ itemId }], saleFields) };
  }

  async function openAndBuy(saleId: string): Promise<Storefront> {
    const front = await Storefront.open(context, shop, saleId);
    await front.button('Buy', NAME).click();
    await front.orderIs('Held for you');
    return front;
  }

  const pay = (front: Storefront) => front.page.getByRole('button', { name: /^Pay €100/ }).click();
  const cancel = async (front: Storefront) => {
    await front.page.getByRole('button', { name: /^Cancel the order of/ }).click();
    await front.page.getByRole('button', { name: 'Cancel the order', exact: true }).click();
  };

  /** Whoever this browser is, beside the browser. */
  async function buyerOf(front: Storefront): Promise<Buyer> {
    const kept = await front.page.evaluate<string>("localStorage.getItem('holdfast.guest')");
    const { buyerId, token } = JSON.parse(kept) as { buyerId: string; token: string };
    return new Buyer(shop.service.url, buyerId, token);
  }

  test('is declined, tried again and paid, and stands the same after a reload at every step', async () => {
    const { saleId } = await offer(3);
    const front = await openAndBuy(saleId);
    await front.reload();
    await front.orderIs('Held for you');
    await front.page.getByLabel('Test payment').selectOption('decline');
    await pay(front);
    await front.says('The payment was declined. You can try again for');
    await front.reload();
    await front.says('The payment was declined. You can try again for');
    await pay(front);
    await front.orderIs('Payment under way');
    await front.reload();
    await front.orderIs('Paid');
    await front.reload();
    await front.orderIs('Paid');
    expect(await recordOf(shop, saleId)).toEqual({ orders: 1, buyers: 1 });
    expect(front.complaints.all).toEqual([]);
  });

  test('is paid once when the answer to the payment is lost', async () => {
    const { saleId } = await offer(3);
    const front = await openAndBuy(saleId);
    let sent = 0;
    await front.page.route('**/payments', async (route) => {
      sent += 1;
      if (sent > 1) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await pay(front);
    await front.orderIs('Paid');
    const { rows } = await shop.record.query<{ made: number }>(
      'SELECT count(*)::integer AS made FROM payment p JOIN customer_order o ON o.id = p.order_id WHERE o.sale_id = $1',
      [saleId],
    );
    expect(rows[0]?.made).toBe(1);
  });

  test('is cancelled after a second question: its unit is back on the shelf, and the focus is not lost', async () => {
    const { saleId } = await offer(1);
    const front = await openAndBuy(saleId);
    await front.button('Sold out', NAME).waitFor();
    await front.page.getByRole('button', { name: /^Cancel the order of/ }).click();
    await front.page.keyboard.press('Escape');
    await cancel(front);
    await front.orderIs('Cancelled');
    await front.stockIs('Only 1 left', NAME);
    await front.button('Buy', NAME).waitFor();
    expect(await front.page.locator(':focus').getAttribute('class')).toBe('order');
  });

  test('that is not paid in time expires before its eyes, and the unit can be bought again', async () => {
    const { saleId } = await offer(1, { reservationTtlSeconds: 3 });
    const front = await openAndBuy(saleId);
    await front.button('Sold out', NAME).waitFor();
    await front.orderIs('Expired');
    await front.button('Buy', NAME).click();
    await front.orderIs('Held for you');
    expect((await recordOf(shop, saleId)).orders).toBe(2);
  });

  test('that is refunded says so', async () => {
    const { saleId } = await offer(3);
    const front = await openAndBuy(saleId);
    await pay(front);
    await front.orderIs('Paid');
    const buyer = await buyerOf(front);
    const { data } = (await buyer.request<{ data: { id: string }[] }>('GET', '/v1/orders')).body;
    expectStatus(await shop.admin('POST', `/v1/admin/orders/${data[0]?.id ?? ''}/refund`, {}), 200);
    await front.reload();
    await front.orderIs('efunded');
    await front.orderIs('Refunded');
  });

  test('is found among older ones, page by page', async () => {
    const { itemId, saleId } = await offer(100);
    const front = await openAndBuy(saleId);
    const buyer = await buyerOf(front);
    await Promise.all(Array.from({ length: 54 }, () => buyer.order(saleId, [{ itemId, quantity: 1 }])));
    await front.reload();
    await front.orders.nth(49).waitFor();
    expect(await front.orders.count()).toBe(50);
    await front.page.getByRole('button', { name: 'Show older orders' }).click();
    await front.orders.nth(54).waitFor();
    expect(await front.orders.count()).toBe(55);
    expect(await front.page.getByRole('button', { name: /older/ }).count()).toBe(0);
  });
});
