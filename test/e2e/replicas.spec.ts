import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startService, type LocalService } from '#local';
import { serviceEnvironment, Shop, tally, type Line } from '../support/shop.js';

const DEADLINE_MS = 10_000;

describe('two replicas', () => {
  let shop: Shop;
  let other: LocalService;

  beforeAll(async () => {
    shop = await Shop.open({ ORDER_DEADLINE_MS: String(DEADLINE_MS) });
    other = await startService({
      env: serviceEnvironment({ DATABASE_URL: shop.databaseUrl, ORDER_DEADLINE_MS: String(DEADLINE_MS) }),
    });
  }, 60_000);

  afterAll(async () => {
    await other.stop();
    await shop.close();
  });

  /** Every buyer at one of the two in turn, again and again, until the time is over. */
  async function crowd(
    saleId: string,
    linesOf: (buyer: number, round: number) => Line[],
    { buyers, forMs }: { buyers: number; forMs: number },
  ) {
    const until = performance.now() + forMs;
    const all = await shop.buyers(buyers);
    const rounds = all.map(async (each, index) => {
      const at = index % 2 === 0 ? each : each.at(other.url);
      const answers = [];
      for (let round = 0; performance.now() < until; round += 1) {
        const sentMs = performance.now();
        const answer = await at.order(saleId, linesOf(index, round));
        answers.push({ answer, replica: index % 2, ms: performance.now() - sentMs });
      }
      return answers;
    });
    return (await Promise.all(rounds)).flat();
  }

  test('share one hot item: each sells, and nobody waits for more than a few turns', async () => {
    const { itemId, saleId } = await shop.offer(100_000);
    const answers = await crowd(saleId, () => [{ itemId, quantity: 1 }], { buyers: 40, forMs: 2_000 });
    expect(Object.keys(tally(answers.map(({ answer }) => answer)))).toEqual(['201']);
    const sold = [0, 1].map((replica) => answers.filter((each) => each.replica === replica).length);
    expect(Math.min(...sold) / Math.max(...sold)).toBeGreaterThan(0.25);
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(DEADLINE_MS / 4);
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
  }, 30_000);

  test('that each want what the other has do not hold each other up', async () => {
    const items = [await shop.createItem(100_000), await shop.createItem(100_000)];
    const saleId = await shop.createSale(items.map((itemId) => ({ itemId })));
    const cart = items.map((itemId) => ({ itemId, quantity: 1 }));
    const [first = cart[0], second = cart[1]] = cart;
    // Each replica has buyers of one item, which make it hold that one, and of carts, which need both.
    const linesOf = (buyer: number, round: number): Line[] => {
      const own = buyer % 2 === 0 ? first : second;
      return round % 2 === 0 && own ? [own] : cart;
    };
    const answers = await crowd(saleId, linesOf, { buyers: 40, forMs: 3_000 });
    expect(Object.keys(tally(answers.map(({ answer }) => answer)))).toEqual(['201']);
    expect(answers.length).toBeGreaterThan(3 * 40); // nobody was held up in a first order or two
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(DEADLINE_MS / 2);
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
  }, 30_000);
});
