import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Route } from 'playwright-core';
import { startService } from '#local';
import { serviceEnvironment, Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { openBrowser } from './browser.js';
import { recordOf, Storefront } from './storefront.js';

const NAME = 'Aurora phone';

describe('buying in the storefront', () => {
  let shop: Shop;
  let browser: Browser;
  let context: BrowserContext;
  let itemId: string;
  let saleId: string;

  beforeAll(async () => {
    [shop, browser] = await Promise.all([Shop.open(), openBrowser()]);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  beforeEach(async () => {
    itemId = await shop.createItem(3, { name: NAME, imageUrl: '/pictures/phone.svg' });
    saleId = await shop.createSale([{ itemId, purchaseLimit: 2 }], { name: 'Noon sale' });
    context = await browser.newContext();
  });

  afterEach(() => context.close());

  const made = () => recordOf(shop, saleId);

  /** What lies between page and service, for orders; notes the keys. */
  async function between(front: Storefront, fate: (route: Route, attempt: number) => Promise<void>) {
    const keys: (string | undefined)[] = [];
    await front.page.route('**/v1/orders', (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.push(route.request().headers()['idempotency-key']);
      return fate(route, keys.length);
    });
    return keys;
  }

  function refuse(route: Route, status: number, code: string, retryAfterSec?: number) {
    const headers = retryAfterSec === undefined ? {} : { 'retry-after': String(retryAfterSec) };
    return route.fulfill({ status, headers, json: { code }, contentType: 'application/problem+json' });
  }

  test('shows the sale and sells a unit with one click, without a word in the console', async () => {
    const front = await Storefront.open(context, shop, saleId);
    await front.page.getByRole('heading', { name: 'Noon sale', level: 1 }).waitFor();
    await front.stockIs('Only 3 left', NAME);
    await front.says('€100.00');
    await front.button('Buy', NAME).click();
    await front.orderIs('Held for you');
    await front.stockIs('Only 2 left', NAME);
    await front
      .card(NAME)
      .getByText('Held for you, 10:00 left')
      .or(front.card(NAME).getByText('9:5'))
      .waitFor();
    expect(await made()).toEqual({ orders: 1, buyers: 1 });
    expect(front.complaints.all).toEqual([]);
  });

  test('makes one order of a double click', async () => {
    const front = await Storefront.open(context, shop, saleId);
    await front.button('Buy', NAME).dblclick();
    await front.orderIs('Held for you');
    await front.button('Buy', NAME).waitFor();
    expect(await made()).toEqual({ orders: 1, buyers: 1 });
  });

  test('makes one order of the same click in two tabs', async () => {
    const tabs = [await Storefront.open(context, shop, saleId), await Storefront.open(context, shop, saleId)];
    await Promise.all(tabs.map((front) => front.button('Buy', NAME).click()));
    await Promise.all(tabs.map((front) => front.orderIs('Held for you')));
    expect(await made()).toEqual({ orders: 1, buyers: 1 });
  });

  test('finds the order whose answer was lost, after a reload and in a second tab, by the key it kept', async () => {
    const front = await Storefront.prepare(context, shop, saleId);
    let isLosing = true;
    const keys = await between(front, async (route) => {
      if (!isLosing) return route.continue();
      await route.fetch(); // it arrives and is placed; its answer does not
      return route.abort('connectionreset');
    });
    await front.load();
    await front.button('Buy', NAME).click();
    await front.says(/does not answer\. Asking again/);
    const second = await Storefront.prepare(context, shop, saleId);
    keys.push(...(await between(second, (route) => route.continue())));
    await second.load();
    await second.orderIs('Held for you');
    isLosing = false;
    await front.reload();
    await front.orderIs('Held for you');
    await front.button('Buy', NAME).waitFor();
    expect(await made()).toEqual({ orders: 1, buyers: 1 });
    expect(new Set(keys).size).toBe(1);
  });

  test('gets its order from a service that was killed and came back', async () => {
    const own = await Shop.openOn(shop.databaseUrl);
    const front = await Storefront.open(context, own, saleId);
    await own.service.kill();
    await front.button('Buy', NAME).click();
    await front.says(/does not answer\. Asking again/);
    const env = serviceEnvironment({ DATABASE_URL: shop.databaseUrl, PORT: String(own.service.port) });
    const back = await startService({ env });
    await front.orderIs('Held for you');
    await front.says('Live stock');
    expect(await made()).toEqual({ orders: 1, buyers: 1 });
    expect(front.complaints.ofThePage()).toEqual([]);
    await back.stop();
    await own.record.end();
  }, 60_000);

  test('waits for as long as a busy shop asks for, says so, and sends the same key', async () => {
    const front = await Storefront.prepare(context, shop, saleId);
    const keys = await between(front, (route, attempt) => {
      if (attempt === 1) return refuse(route, 503, 'overloaded', 2);
      return attempt === 2 ? refuse(route, 429, 'rate_limited', 1) : route.continue();
    });
    await front.load();
    await front.button('Buy', NAME).click();
    await front.says(/very busy\. Asking again in [12] s; nothing is done twice/);
    expect(await front.button('Waiting …', NAME).isDisabled()).toBe(true);
    await front.says(/faster than the shop allows\. Asking again (in 1 s|now)/);
    await front.orderIs('Held for you');
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  test('says that the limit is reached, and holds the button shut', async () => {
    const front = await Storefront.open(context, shop, saleId);
    // A click within a second would be the second one of a double click, so it takes more than two.
    await eventually(async () => {
      if ((await front.orders.count()) < 2) await front.button('Buy', NAME).click({ timeout: 1_000 });
      expect(await front.orders.count()).toBe(2);
    });
    await front.button('Limit reached', NAME).waitFor();
    expect(await front.buyButton.isDisabled()).toBe(true);
    expect((await made()).orders).toBe(2);
  });

  test('orders nothing at a price that has changed, and shows the new one', async () => {
    const front = await Storefront.open(context, shop, saleId);
    await shop.admin('PATCH', `/v1/admin/items/${itemId}`, { price: { amount: 12_000, currency: 'EUR' } });
    await front.button('Buy', NAME).click();
    await front.card(NAME).getByText('The price has just changed').waitFor();
    await front.card(NAME).getByText('€120.00').waitFor();
    expect((await made()).orders).toBe(0);
    await front.button('Buy', NAME).click();
    await front.orderIs('Held for you');
  });

  test('can be used with a keyboard alone, and keeps its place', async () => {
    const front = await Storefront.open(context, shop, saleId);
    const { keyboard } = front.page;
    await keyboard.press('Tab');
    expect(await focused(front)).toBe('Skip to the products');
    await keyboard.press('Enter');
    await keyboard.press('Tab');
    expect(await focused(front)).toBe(`Buy ${NAME}`);
    await keyboard.press('Enter');
    await front.orderIs('Held for you');
    expect(await focused(front)).toBe(`Buy ${NAME}`);
    await keyboard.press('Tab');
    expect(await focused(front)).toBe('Pay now');
    await keyboard.press('Enter');
    await keyboard.press('Tab');
    expect(await focused(front)).toMatch(/^Pay €100\.00 for 1 × Aurora phone$/);
  });

  async function focused(front: Storefront): Promise<string | undefined> {
    const text = await front.page.locator(':focus').textContent();
    return text?.trim().replace(/\s+/g, ' ');
  }
});
