import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { expectStatus, Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { openBrowser } from './browser.js';
import { Storefront } from './storefront.js';

const NAME = 'Orbit camera';
const STREAMS = 2;

describe('a sale in the storefront', () => {
  let shop: Shop;
  let browser: Browser;
  let context: BrowserContext;
  let itemId: string;

  beforeAll(async () => {
    [shop, browser] = await Promise.all([Shop.open({ STREAM_CAPACITY_IP: String(STREAMS) }), openBrowser()]);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  beforeEach(async () => {
    itemId = await shop.createItem(2, { name: NAME, imageUrl: '/pictures/camera.svg' });
    context = await browser.newContext();
  });

  afterEach(() => context.close());

  const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
  const change = async (saleId: string, fields: object) =>
    expectStatus(await shop.admin('PATCH', `/v1/admin/sales/${saleId}`, fields), 200);
  const adjust = (quantity: number) =>
    shop.admin('POST', `/v1/admin/items/${itemId}/stock-adjustments`, { quantity, reason: 'a delivery' });

  test('opens its buttons at the beginning, pauses, goes on and ends, with the reason beside each', async () => {
    const saleId = await shop.createSale([{ itemId }], { startsAt: inMs(3_000_000) });
    const front = await Storefront.open(context, shop, saleId);
    await front.button('Not yet', NAME).waitFor();
    expect(await front.buyButton.isDisabled()).toBe(true);
    await front.says(/^Opens /);
    await front.says('Begins in');
    await front.buyButton.focus();
    await change(saleId, { startsAt: inMs(1_500) });
    await front.button('Buy', NAME).waitFor();
    expect(await front.page.locator(':focus').textContent()).toContain('Buy');
    await front.says('Ends in');
    await change(saleId, { paused: true });
    await front.button('Paused', NAME).waitFor();
    await front.says('The sale is paused. This button opens when it goes on.');
    await change(saleId, { paused: false });
    await front.button('Buy', NAME).waitFor();
    await change(saleId, { endsAt: inMs(1_000) });
    await front.button('Ended', NAME).waitFor();
    await front.says(/^It ended /);
    expect(front.complaints.all).toEqual([]);
  });

  test('tells that the last unit is gone, that more may come, and when it has', async () => {
    const saleId = await shop.createSale([{ itemId }]);
    const front = await Storefront.open(context, shop, saleId);
    await front.says('Live stock');
    const [buyer] = await shop.buyers(1);
    const order = await buyer?.order(saleId, [{ itemId, quantity: 2 }]);
    await front.button('Sold out', NAME).waitFor();
    await front.says('More may come back');
    expect(await front.page.getByRole('status').textContent()).toBe(`${NAME} is sold out.`);
    await buyer?.request('POST', `/v1/orders/${order?.body.id}/cancellation`);
    await front.stockIs('Only 2 left', NAME);
    await front.button('Buy', NAME).waitFor();
    expect(await front.page.getByRole('status').textContent()).toBe(`${NAME} is available again.`);
  });

  test('is asked for every two seconds while its stream is refused, and is live again after', async () => {
    const saleId = await shop.createSale([{ itemId }]);
    const others = new AbortController();
    await eventually(async () => {
      for (let open = 0; open <= STREAMS; open += 1) {
        const { status } = await fetch(`${shop.service.url}/v1/sales/${saleId}/stream`, others);
        if (status === 429) return;
      }
      throw new Error('there is room for one more');
    });
    const front = await Storefront.open(context, shop, saleId);
    await front.says('Checked every 2 s');
    await adjust(5);
    await front.stockIs('Only 7 left', NAME);
    others.abort();
    await front.says('Live stock');
    await adjust(-3);
    await front.stockIs('Only 4 left', NAME);
  });

  test('that is not there leaves a page that says so', async () => {
    const front = await Storefront.open(context, shop, '00000000-0000-4000-8000-000000000000');
    await front.page.getByRole('heading', { name: 'No sale at the moment' }).waitFor();
    expect(front.complaints.ofThePage()).toEqual([]);
  });
});
