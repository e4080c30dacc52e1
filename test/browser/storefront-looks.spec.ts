import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { DEMO_ITEMS } from '../../local/demo-catalogue.js';
import { Shop } from '../support/shop.js';
import { openBrowser, overflowOf, violationsOn } from './browser.js';
import { Storefront } from './storefront.js';

/** Where a run leaves what it saw, for a person to look at. */
const PICTURES = path.resolve('.data', 'pictures', 'storefront');
const SIZES = [
  ['phone', { width: 390, height: 844 }],
  ['desktop', { width: 1280, height: 800 }],
] as const;

describe('the looks of the storefront', () => {
  let shop: Shop;
  let browser: Browser;
  let itemIds: string[];

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    [shop, browser] = await Promise.all([Shop.open(), openBrowser()]);
    itemIds = await Promise.all(DEMO_ITEMS.map(({ stock, ...item }) => shop.createItem(stock, { ...item })));
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  test('are without a barrier in every state, light and dark, on a phone and on a desk', async () => {
    const [phone = '', headphones = '', lamp = '', mug = '', camera = '', pack = ''] = itemIds;
    const saleId = await shop.createSale(
      [
        { itemId: phone, purchaseLimit: 2 },
        { itemId: headphones, purchaseLimit: 1 },
        { itemId: lamp, allotment: 7, purchaseLimit: 2 },
        { itemId: mug, purchaseLimit: 6 },
        { itemId: camera, purchaseLimit: 1, allotment: 0 },
        { itemId: pack, purchaseLimit: 2 },
      ],
      { name: 'Launch week' },
    );
    const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-GB' });
    const front = await Storefront.open(context, shop, saleId);
    const look = (state: string) => lookAt(front.page, state);
    await front.says('Live stock');
    await look('on-now');
    await front.button('Buy', 'Aurora 6 phone').click();
    await front.orderIs('Held for you');
    await front.button('Buy', 'Tide headphones').click();
    await front.button('Limit reached', 'Tide headphones').waitFor();
    await look('held');
    await front.page.getByRole('button', { name: /^Cancel the order of .*Aurora/ }).click();
    await front.page.getByRole('dialog').waitFor();
    await look('cancelling');
    await front.page.getByRole('button', { name: 'Cancel the order', exact: true }).click();
    await front.orderIs('Cancelled', 1);
    await shop.admin('PATCH', `/v1/admin/sales/${saleId}`, { paused: true });
    await front.button('Paused', 'Drift mug').waitFor();
    await look('paused');
    expect(front.complaints.ofThePage()).toEqual([]);
    await context.close();
  }, 120_000);

  test('fit a screen of 360 pixels', async () => {
    const saleId = await shop.createSale(itemIds.map((itemId) => ({ itemId, purchaseLimit: 2 })));
    const context = await browser.newContext({ viewport: { width: 360, height: 640 } });
    const front = await Storefront.open(context, shop, saleId);
    await front.button('Buy', 'Drift mug').click();
    await front.orderIs('Held for you');
    expect(await overflowOf(front.page)).toBe(0);
    await context.close();
  });
});

/** Takes a state's pictures, and holds each look of it against axe-core. */
async function lookAt(page: Page, state: string): Promise<void> {
  for (const [size, viewport] of SIZES) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const look = `${state}-${size}-${colorScheme}`;
      await page.screenshot({ path: path.join(PICTURES, `${look}.png`) });
      expect({ look, violations: await violationsOn(page) }).toEqual({ look, violations: [] });
      expect({ look, overflow: await overflowOf(page) }).toEqual({ look, overflow: 0 });
    }
  }
}
