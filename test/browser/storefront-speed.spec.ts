import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { expectStatus, Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { openBrowser } from './browser.js';
import { Storefront } from './storefront.js';

const FIRST_PAINT_MS = 1_000;
const SCRIPT_BYTES = 150_000;
const UPDATES_A_MINUTE = 2_000;
/**
 * The budget, in the main thread's time on the processor, which says the same on a busy machine: what a frame is given fits
 * into it, and four times as many updates leave three quarters of the thread free.
 */
const FRAME_CPU_MS = 16;
const SHARE_AT_FOUR_TIMES = 0.25;
const ITEMS = 80;

describe('the speed of the storefront', () => {
  let shop: Shop;
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    [shop, browser] = await Promise.all([Shop.open(), openBrowser()]);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  });

  afterEach(() => context.close());

  async function offer(count: number) {
    const skus = Array.from({ length: count }, (_, place) => `STOCK-${Date.now()}-${place}`);
    const items = await Promise.all(
      skus.map(async (sku, place) => {
        const name = `Item ${place}`;
        const imageUrl = '/pictures/mug.svg';
        return { itemId: await shop.createItem(1_000, { sku, name, imageUrl, description: 'A mug.' }) };
      }),
    );
    return { skus, saleId: await shop.createSale(items) };
  }

  let deliveries = 0;
  async function adjust(skus: readonly string[], quantity: number): Promise<void> {
    deliveries += 1;
    const adjustments = skus.map((sku, place) => ({
      sku,
      quantity,
      reason: 'a delivery',
      reference: `${deliveries}-${place}`,
    }));
    expectStatus(await shop.admin('POST', '/v1/admin/stock-adjustments', { adjustments }), 200);
  }

  test('paints within a second, from less than 150 kB of script, and moves nothing as it loads', async () => {
    const { saleId } = await offer(6);
    const front = await Storefront.prepare(context, shop, saleId);
    const scripts: Record<string, string>[] = [];
    front.page.on('response', (response) => {
      if (response.url().endsWith('.js')) scripts.push(response.headers());
    });
    await front.load();
    expect(new Set(scripts.map((headers) => headers['content-encoding']))).toEqual(new Set(['br']));
    const bytes = scripts.map((headers) => Number(headers['content-length']));
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(SCRIPT_BYTES);
    const paints: number[] = [await firstPaintMs(front)];
    while (Math.min(...paints) >= FIRST_PAINT_MS && paints.length < 3) {
      await front.reload();
      paints.push(await firstPaintMs(front));
    }
    expect(Math.min(...paints)).toBeLessThan(FIRST_PAINT_MS);
    expect(await shiftsSince(front, 0)).toBeLessThan(0.05);
  });

  test('moves nothing when stock changes', async () => {
    const { skus, saleId } = await offer(6);
    const front = await Storefront.open(context, shop, saleId);
    await front.stockIs('1,000 left', 'Item 0');
    const since = await front.page.evaluate<number>('performance.now()');
    for (const [quantity, shown] of [
      [-991, 'Only 9 left'],
      [-9, 'Sold out'],
      [12_345, '12,345 left'],
    ] as const) {
      await adjust(skus, quantity);
      await front.stockIs(shown, 'Item 5');
    }
    expect(await shiftsSince(front, since)).toBe(0);
  });

  test('holds 2,000 stock updates a minute, and four times as many', async () => {
    const { skus, saleId } = await offer(ITEMS);
    const front = await Storefront.open(context, shop, saleId);
    await front.says('Live stock');
    const thread = await context.newCDPSession(front.page);
    await thread.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busyMs = async () => {
      const { metrics } = await thread.send('Performance.getMetrics');
      return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
    };
    await front.page.evaluate(COUNT_UPDATES);
    const [busyBefore, startedAt] = [await busyMs(), performance.now()];
    let seen = { updates: 0, frames: 0 };
    await eventually(async () => {
      await adjust(skus, 1);
      seen = await front.page.evaluate('seen');
      if (seen.updates < 15 * ITEMS) throw new Error('not enough yet');
    });
    const elapsedMs = performance.now() - startedAt;
    const spentMs = (await busyMs()) - busyBefore;
    expect((seen.updates * 60_000) / elapsedMs).toBeGreaterThan(UPDATES_A_MINUTE);
    expect(spentMs / seen.frames).toBeLessThan(FRAME_CPU_MS);
    const spentOnFourTimesMs = (spentMs / seen.updates) * 4 * UPDATES_A_MINUTE;
    expect(spentOnFourTimesMs / 60_000).toBeLessThan(SHARE_AT_FOUR_TIMES);
  });
});

/** Counts what the page shows, as it shows it: changes of a stock, and the frames they came in. */
const COUNT_UPDATES = `
  globalThis.seen = { updates: 0, frames: 0 };
  new MutationObserver((changes) => {
    const stocks = changes.filter(({ target }) => target.parentElement?.closest('.stock'));
    seen.updates += stocks.length;
    seen.frames += stocks.length > 0 ? 1 : 0;
  }).observe(document.querySelector('#products'), { characterData: true, childList: true, subtree: true });
  undefined`;

function firstPaintMs(front: Storefront): Promise<number> {
  return front.page.evaluate(
    "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity",
  );
}

/** The layout shifts since a moment of the page's clock, added up. */
function shiftsSince(front: Storefront, sinceMs: number): Promise<number> {
  return front.page.evaluate(`new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const late = list.getEntries().filter(({ startTime }) => startTime >= ${sinceMs});
      resolve(late.reduce((sum, { value }) => sum + value, 0));
    }).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => resolve(0), 500);
  })`);
}
