import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../support/wait.js';
import { ControlBrowser, signIn, type WatchedPage } from './control-browser.js';
import { ControlShop } from './control-shop.js';

const PHONE = { width: 390, height: 844 };
const MAX_SCRIPT_BYTES = 150_000;

describe('the control room', () => {
  let till: ControlShop;
  let browser: ControlBrowser;
  const visits: WatchedPage[] = [];

  beforeAll(async () => {
    till = await ControlShop.open();
    browser = await ControlBrowser.open(till.shop.service.url);
  }, 60_000);

  afterEach(async () => {
    const complaints = visits.flatMap((visit) => visit.complaints);
    await Promise.all(visits.splice(0).map((visit) => visit.close()));
    expect(complaints).toEqual([]);
  });

  afterAll(async () => {
    await browser.close();
    await till.close();
  });

  async function enter(view?: string): Promise<Page> {
    const visit = await browser.enter(view);
    visits.push(visit);
    return visit.page;
  }

  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

  test('lets in who has the key, says so of a wrong one, and forgets it on leaving', async () => {
    const visit = await browser.visit();
    visits.push(visit);
    const { page } = visit;
    await signIn(page, 'some-key');
    await page.getByText('does not accept this key').waitFor();
    await signIn(page);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await button(page, 'Sign out').click();
    await page.reload();
    await page.getByLabel('Admin key').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  test('shows a crowd buying a sale out, live, with books that agree', async () => {
    const itemId = await till.shop.createItem(20, { name: 'Hot phone' });
    const saleId = await till.shop.createSale([{ itemId }], { name: 'Hot sale' });
    const page = await enter(`overview?sale=${saleId}`);
    await page.getByText('The books agree').waitFor();
    const plot = (name: string) => page.getByRole('figure', { name });
    await plot('Stock left').getByText('at most 20').waitFor(); // it has seen the shelf full
    await page.getByLabel('Buyers', { exact: true }).fill('60');
    await button(page, 'Send a crowd').click();
    await page.getByText('They arrive over').waitFor();
    await page.getByLabel('Buyers', { exact: true }).fill('2000');
    await button(page, 'Send a crowd').click();
    await page.getByText('A crowd is under way already').waitFor();
    await page.getByText('Everybody has an answer.').waitFor({ timeout: 25_000 });
    const crowd = page.getByRole('region', { name: 'Send a crowd' });
    expect(await crowd.getByText('60 of 60').isVisible()).toBe(true);
    await plot('Stock left').getByText('at most 20').waitFor();
    for (const [name, line] of [
      ['Orders a second', /Accepted.*at most [1-9]/],
      ['Refusals by reason', /Sold out.*at most [1-9]/],
      ['Batch size', /at most [1-9]/],
      ['Locks of items', /Wait.*at most \d/],
      ['Queue', /at most \d/],
      ['Outbox lag', /at most \d/],
    ] as const) {
      expect(await plot(name).getByRole('listitem').filter({ hasText: line }).count()).toBe(1);
    }
    expect(await greenPixels(page, 'Orders a second')).toBeGreaterThan(20);
    await page.getByText('The books agree').waitFor();
  }, 60_000);

  test('explains that production has no crowds', async () => {
    await till.shop.offer(5);
    const page = await enter();
    const problem = { code: 'not_found', detail: 'There is no demonstration in production.' };
    await page.route('**/v1/admin/demo-crowd', (route) => route.fulfill({ status: 404, json: problem }));
    await button(page, 'Send a crowd').click();
    await page.getByText('where there are no demonstration crowds').waitFor();
    expect(await button(page, 'Send a crowd').count()).toBe(0);
  });

  test('says which checks fail where somebody tampered with the record', async () => {
    const { saleId, itemId } = await till.order();
    const page = await enter(`overview?sale=${saleId}`);
    await page.getByText('The books agree').waitFor();
    await till.shop.record.query('UPDATE stock_level SET on_hand = on_hand + 3 WHERE item_id = $1', [itemId]);
    await button(page, 'Check now').click();
    await page.getByText('The books do not agree').waitFor();
    await page
      .getByRole('listitem')
      .filter({ hasText: 'Fails: The ledger adds up to the stock on hand' })
      .waitFor();
  });

  test('finds an order and fulfils it after a question', async () => {
    const { order, saleId } = await till.paidOrder();
    const page = await enter('orders');
    await page.getByLabel('Sale (id)').fill('noon');
    await button(page, 'Find').click();
    await page.getByText('UUID').first().waitFor();
    await page.getByLabel('Sale (id)').fill(saleId);
    await page.getByLabel('State').selectOption('paid');
    await button(page, 'Find').click();
    await page.getByRole('link', { name: order.id.slice(-12) }).click();
    await button(page, 'Fulfil …').click();
    await button(page, 'Keep it as it is').click();
    await button(page, 'Fulfil …').click();
    await button(page, 'Fulfil it').click();
    await page.getByRole('heading', { name: 'It is fulfilled' }).waitFor();
    expect(await statusOf(order.id)).toBe('fulfilled');
  });

  test('refunds a paid order, its units back on the shelf', async () => {
    const { order, itemId } = await till.paidOrder();
    const page = await enter(`orders/${order.id}`);
    await button(page, 'Refund …').click();
    await page.getByLabel('Put its units back').check();
    await page.getByLabel('Reason').fill('came back unopened');
    await button(page, 'Refund it').click();
    await page.getByRole('heading', { name: 'It is refunded' }).waitFor();
    const sql = 'SELECT on_hand FROM stock_level WHERE item_id = $1';
    const { rows } = await till.shop.record.query<{ on_hand: number }>(sql, [itemId]);
    expect(rows[0]?.on_hand).toBe(5);
  });

  test('explains that an order has moved on meanwhile', async () => {
    const { order } = await till.paidOrder();
    const page = await enter(`orders/${order.id}`);
    await button(page, 'Refund …').click();
    await till.shop.admin('POST', `/v1/admin/orders/${order.id}/fulfilment`);
    await button(page, 'Refund it').click();
    await page.getByText('The order is past that.').waitFor();
    await button(page, 'Close').click();
    await page.getByRole('heading', { name: 'It is fulfilled' }).waitFor();
  });

  test('turns the pages of a list', async () => {
    const { saleId, itemId } = await till.shop.offer(60);
    const buyer = await till.shop.buyer();
    for (let count = 0; count < 51; count += 1) await buyer.order(saleId, [{ itemId, quantity: 1 }]);
    const page = await enter(`orders?saleId=${saleId}`);
    const rows = page.getByRole('group', { name: 'Orders' }).getByRole('row');
    await rows.nth(50).waitFor();
    await button(page, 'Next page').click();
    await page.getByText('Page 2').waitFor();
    await eventually(async () => expect(await rows.count()).toBe(2));
  });

  test('creates an item and a sale of it, edits the one and pauses the other', async () => {
    const page = await enter('items/new');
    await page.getByLabel('SKU').fill(`NEW-${randomUUID()}`);
    await page.getByLabel('Units on hand').fill('7');
    await page.getByLabel('Price').fill('cheap');
    await button(page, 'Create the item').click();
    await page.getByText('Some fields need another value.').waitFor();
    await expectError(page, 'Name');
    await expectError(page, 'Price');
    await page.getByLabel('Name').fill('Quiet lamp');
    await page.getByLabel('Price').fill('19.99');
    await button(page, 'Create the item').click();
    await page.getByRole('heading', { name: 'Quiet lamp' }).waitFor();
    await page.getByLabel('Picture').fill('javascript:alert(1)');
    await button(page, 'Save').click();
    await expectError(page, 'Picture');
    await page.getByLabel('Picture').fill('/pictures/lamp.svg');
    await page.getByLabel('Name').fill('Loud lamp');
    await button(page, 'Save').click();
    await page.getByText('Saved.').waitFor();

    await browser.goTo(page, 'sales/new');
    await page.getByLabel('Name').fill('Lamp night');
    const lamp = page.getByLabel('Add an item').locator('option', { hasText: 'Loud lamp' });
    await page.getByLabel('Add an item').selectOption((await lamp.getAttribute('value')) ?? '');
    await page.getByLabel('Allotment').fill('0.5');
    await button(page, 'Create the sale').click();
    await expectError(page, 'Allotment');
    await page.getByLabel('Allotment').fill('5');
    await page.getByLabel('Limit a buyer').fill('2');
    await button(page, 'Create the sale').click();
    await page.getByRole('heading', { name: 'It is live' }).waitFor();
    await page.getByText('€19.99').waitFor();
    await button(page, 'Pause the sale').click();
    await page.getByRole('heading', { name: 'It is paused' }).waitFor();
    await button(page, 'Resume the sale').click();
    await page.getByRole('heading', { name: 'It is live' }).waitFor();
    const [ends, starts] = [page.getByLabel('Ends'), page.getByLabel('Starts')];
    await ends.fill(await starts.inputValue());
    await starts.fill('2027-01-01T12:00');
    await button(page, 'Save').click();
    await expectError(page, 'Ends');
  }, 45_000);

  test('adjusts stock once a submission, with its trail', async () => {
    const { itemId } = await till.order(5);
    const page = await enter(`items/${itemId}`);
    const adjust = async (units: string, reason: string) => {
      await page.getByLabel('Units').fill(units);
      await page.getByLabel('Reason').fill(reason);
      await button(page, 'Adjust the stock').click();
    };
    await adjust('-5', 'broken');
    await page.getByText('Orders hold some of this stock.').waitFor();
    await adjust('0', '');
    await expectError(page, 'Units');
    await expectError(page, 'Reason');
    const keys: (string | undefined)[] = [];
    await page.route('**/stock-adjustments', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.push(route.request().headers()['idempotency-key']);
      if (keys.length > 1) return route.continue();
      await route.fetch(); // it takes effect; its answer is lost
      return route.fulfill({ status: 408 });
    });
    await adjust('10', 'second delivery');
    await page.getByText('something before it answered').waitFor();
    await button(page, 'Adjust the stock').click();
    await page.getByText('Adjusted.').waitFor();
    await page.getByRole('row', { name: /\+10 second delivery/ }).waitFor();
    expect(new Set(keys).size).toBe(1);
    const sql = 'SELECT on_hand FROM stock_level WHERE item_id = $1';
    const { rows } = await till.shop.record.query<{ on_hand: number }>(sql, [itemId]);
    expect(rows[0]?.on_hand).toBe(15);
  });

  test('replays a dead letter, and all of them', async () => {
    await till.deadLetters();
    const { order } = await till.order();
    const page = await enter('dead-letters');
    const letters = page.getByRole('group', { name: 'Dead letters' }).getByRole('row');
    await letters.nth(1).waitFor();
    await page.getByText('500').first().waitFor();
    await button(page, /^Replay order\./)
      .first()
      .click();
    await page.getByText('One event is sent again.').waitFor();
    till.endpoint.answer = 500;
    await till.deadLetters();
    await page.reload();
    await button(page, 'Replay all …').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Replay all' }).click();
    await page.getByText('Nothing was given up.').waitFor();
    await eventually(() => expect(till.endpoint.typesOf(order.id)).toContain('order.reserved'));
  }, 45_000);

  test('lists the locks, and explains that their store is away', async () => {
    const { saleId, itemId } = await till.shop.offer(2_000);
    const buyer = await till.shop.buyer();
    const page = await enter('locks');
    await page.getByText(/held/).first().waitFor();
    let ordering = true;
    const orders = (async () => {
      while (ordering) await buyer.order(saleId, [{ itemId, quantity: 1 }]);
    })();
    await page.getByText(`inventory:item:${itemId}:deduct`).waitFor();
    ordering = false;
    await orders;
    await page.route('**/v1/admin/locks', (route) => route.fulfill({ status: 503 }));
    await page.getByText('The lock store is away').waitFor();
    await page.unroute('**/v1/admin/locks');
    await page.getByText('The lock store is away').waitFor({ state: 'detached' });
  });

  test('says that the service is away, and goes on when it is back', async () => {
    const page = await enter();
    await page.getByText('The books').first().waitFor();
    till.shop.service.pause();
    await page.getByText('The service has not answered since').waitFor();
    till.shop.service.resume();
    await page.getByText('The service has not answered since').waitFor({ state: 'detached' });
  });

  test('is free of what axe objects to, in both themes, on a phone', async () => {
    const { order, saleId, itemId } = await till.paidOrder();
    await till.deadLetters();
    const visit = await browser.visit({ viewport: PHONE });
    visits.push(visit);
    const { page } = visit;
    const found: Record<string, unknown> = {};
    const check = async (view: string) => {
      const violations = await browser.violationsOf(page);
      if (violations.length > 0) found[view] = violations;
      const tooWide = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');
      if (tooWide) found[`${view}, width`] = 'it scrolls sideways';
    };
    await check('sign in');
    await signIn(page);
    await page.getByText('The books').first().waitFor();
    await check('overview');
    for (const view of [
      ...['sales', 'sales/new', `sales/${saleId}`, 'items', 'items/new', `items/${itemId}`],
      ...['orders', `orders/${order.id}`, 'locks', 'dead-letters'],
    ]) {
      await browser.goTo(page, view);
      await check(view);
    }
    await browser.goTo(page, `orders/${order.id}`);
    await button(page, 'Refund …').click();
    await check('a question');
    expect(found).toEqual({});
  }, 60_000);

  test('loads less than 150 kB of script, compressed', async () => {
    const page = await enter();
    const scripts = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name).pathname)
        .filter((name) => name.endsWith('.js')),
    );
    const sizes = scripts.map(
      async (name) => gzipSync(await readFile(path.join('dist/apps/web', name))).length,
    );
    const bytes = (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(MAX_SCRIPT_BYTES);
  });

  async function statusOf(orderId: string): Promise<string | undefined> {
    const sql = 'SELECT status FROM customer_order WHERE id = $1';
    return (await till.shop.record.query<{ status: string }>(sql, [orderId])).rows[0]?.status;
  }
});

/** The service's words stand at the field of this label. */
async function expectError(page: Page, label: string): Promise<void> {
  const field = page.locator('.field', { has: page.getByLabel(label) });
  await field.locator('.error').waitFor();
  expect(await page.getByLabel(label).getAttribute('aria-invalid')).toBe('true');
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: readonly number[] };
  };
}

/** How many pixels of a plot are greener than they are red: those of the line of accepted orders. */
function greenPixels(page: Page, name: string): Promise<number> {
  return page
    .getByRole('figure', { name })
    .locator('canvas')
    .evaluate((element) => {
      const canvas = element as unknown as Canvas;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.reduce((count, value, index) => {
        return index % 4 === 1 && value > (data[index - 1] ?? 0) + 60 ? count + 1 : count;
      }, 0);
    });
}
