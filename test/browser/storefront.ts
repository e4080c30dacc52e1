import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { Shop } from '../support/shop.js';
import { complaintsOf } from './browser.js';

/** The page of the storefront, as a buyer sees it. */
export class Storefront {
  readonly complaints: ReturnType<typeof complaintsOf>;

  private constructor(
    readonly page: Page,
    private readonly url: string,
  ) {
    this.complaints = complaintsOf(page);
  }

  /** A page that shows a sale. */
  static async open(context: BrowserContext, shop: Shop, saleId: string): Promise<Storefront> {
    const front = await Storefront.prepare(context, shop, saleId);
    await front.load();
    return front;
  }

  /** One that is not loaded yet, so that a test can put something in its way. */
  static async prepare(context: BrowserContext, shop: Shop, saleId: string): Promise<Storefront> {
    return new Storefront(await context.newPage(), `${shop.service.url}/?sale=${saleId}`);
  }

  async load(): Promise<void> {
    await this.page.goto(this.url);
    await this.page.locator('#products').waitFor({ state: 'attached' });
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator('#products').waitFor({ state: 'attached' });
  }

  card(name: string): Locator {
    return this.page.getByRole('article', { name, exact: true });
  }

  /** By what is on it now: "Buy", "Sold out", "Not yet" … */
  button(label: string, name: string): Locator {
    return this.page.getByRole('button', { name: `${label} ${name}`, exact: true });
  }

  get buyButton(): Locator {
    return this.page.locator('.buy').first();
  }

  /** Newest first. */
  get orders(): Locator {
    return this.page.locator('.order');
  }

  /** Waits until an order stands like this. */
  async orderIs(state: string, place = 0): Promise<void> {
    await this.orders.nth(place).locator('.badge', { hasText: state }).waitFor();
  }

  async stockIs(text: string, name: string): Promise<void> {
    await this.card(name).locator('.stock', { hasText: text }).waitFor();
  }

  async says(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }
}

/** How many orders a sale has, and of how many buyers, in the record. */
export async function recordOf(shop: Shop, saleId: string): Promise<{ orders: number; buyers: number }> {
  const { rows } = await shop.record.query<{ orders: number; buyers: number }>(
    `SELECT count(*)::integer AS orders, count(DISTINCT buyer_id)::integer AS buyers
     FROM customer_order WHERE sale_id = $1`,
    [saleId],
  );
  return rows[0] ?? { orders: 0, buyers: 0 };
}
