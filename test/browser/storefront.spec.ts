import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { Shop } from '../support/shop.js';

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe('the storefront in a browser', () => {
  let shop: Shop;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let itemId: string;

  beforeAll(async () => {
    shop = await Shop.open();
    browser = await chromium.launch({
      executablePath: process.env.TEST_CHROMIUM ?? '',
      chromiumSandbox: false, // as root there is none
      args: FLAGS,
    });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  beforeEach(async () => {
    itemId = await shop.createItem(3, {
      name: 'Aurora phone',
      description: 'A phone',
      imageUrl: '/pictures/phone.svg',
    });
    await shop.createSale([{ itemId, purchaseLimit: 2 }], { name: 'Noon sale' });
    context = await browser.newContext();
    page = await context.newPage();
  });

  afterEach(async () => {
    await context.close();
  });

  const buyButton = () => page.getByRole('button', { name: /buy/i });
  const orders = () => page.locator('#order-list > li');
  const unitsOrdered = async () => {
    const { rows } = await shop.record.query<{ units: number }>(
      'SELECT coalesce(sum(quantity), 0)::integer AS units FROM order_line WHERE item_id = $1',
      [itemId],
    );
    return rows[0]?.units;
  };

  test('shows the sale and sells a unit, without an error in the console', async () => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(shop.service.url);
    await page.getByRole('heading', { name: 'Noon sale' }).waitFor();
    await page.getByText('3 left').waitFor();
    expect(await page.getByText('€100.00').isVisible()).toBe(true);
    await buyButton().click();
    await orders().first().waitFor();
    await page.getByText('2 left').waitFor();
    expect(await unitsOrdered()).toBe(1);
    expect(complaints).toEqual([]);
  });

  test('makes one order of a double click', async () => {
    await page.goto(shop.service.url);
    await buyButton().dblclick();
    await orders().first().waitFor();
    expect([await orders().count(), await unitsOrdered()]).toEqual([1, 1]);
  });

  test('finds the order whose answer was lost, after a reload, with the key it kept', async () => {
    const keys: (string | undefined)[] = [];
    let losing = true;
    await page.route('**/v1/orders', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.push(route.request().headers()['idempotency-key']);
      if (!losing) return route.continue();
      await route.fetch(); // it arrives and is placed; its answer does not
      return route.abort('connectionreset');
    });
    await page.goto(shop.service.url);
    await buyButton().click();
    while ((await unitsOrdered()) === 0) await page.waitForTimeout(50);
    losing = false;
    await page.reload();
    await orders().first().waitFor();
    expect(await unitsOrdered()).toBe(1);
    expect(new Set(keys).size).toBe(1);
  });

  test('says why when the limit is reached, and when it is sold out', async () => {
    await page.goto(shop.service.url);
    for (const bought of [1, 2]) {
      await buyButton().click();
      await orders()
        .nth(bought - 1)
        .waitFor();
    }
    await buyButton().click();
    await page
      .getByText(/limit|at most 2|already have/i)
      .first()
      .waitFor();
    await (await shop.buyer()).order(await saleOfItem(), [{ itemId, quantity: 1 }]);
    await page.getByText('Sold out', { exact: false }).first().waitFor();
    expect(await unitsOrdered()).toBe(3);
  });

  async function saleOfItem(): Promise<string> {
    const { rows } = await shop.record.query<{ sale_id: string }>(
      'SELECT sale_id FROM sale_item WHERE item_id = $1',
      [itemId],
    );
    return rows[0]?.sale_id ?? '';
  }
});
