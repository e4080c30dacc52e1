import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startService, type LocalService } from '#local';
import { ensureProgram } from '../../local/system-package.js';
import { Buyer, expectStatus, serviceEnvironment, Shop } from '../support/shop.js';
import { Load, LOAD_ENV } from './load.js';

const HOUR_MS = 3_600_000;
const HOLD_SECONDS = 600;
const LIBRARY = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketimeMT.so.1`;

/** Debian's libfaketime. @returns whether it is there, or could be installed */
async function hasFakeTime(): Promise<boolean> {
  const faketime = { programs: ['faketime'], package: 'faketime', howToGetIt: 'faketime is missing' };
  await ensureProgram(faketime, () => undefined).catch(() => undefined);
  return existsSync(LIBRARY);
}

const withFakeTime = (await hasFakeTime()) ? describe : describe.skip; // Debian's package faketime

withFakeTime('fault: clocks', () => {
  let shop: Shop;
  const wrong: Record<string, LocalService> = {};

  beforeAll(async () => {
    shop = await Shop.open(LOAD_ENV);
    for (const [name, offset] of Object.entries({ ahead: '+1h', behind: '-1h' })) {
      const env = {
        ...LOAD_ENV,
        DATABASE_URL: shop.databaseUrl,
        LD_PRELOAD: LIBRARY,
        FAKETIME: offset,
        FAKETIME_DONT_FAKE_MONOTONIC: '1', // a host's wrong date, not a wrong pace
      };
      wrong[name] = await startService({ env: serviceEnvironment(env) });
    }
  }, 180_000);

  afterAll(async () => {
    await Promise.all(Object.values(wrong).map((service) => service.stop()));
    await shop.close();
  });

  const saleOf = async (startsInMs: number, endsInMs: number) => {
    const itemId = await shop.createItem(10);
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const times = { startsAt: at(startsInMs), endsAt: at(endsInMs), reservationTtlSeconds: HOLD_SECONDS };
    return { itemId, saleId: await shop.createSale([{ itemId }], times) };
  };

  test.each([
    ['an API host one hour ahead', 'ahead', 1],
    ['an API host one hour behind', 'behind', -1],
  ] as const)(
    '%s',
    async (_, name, sign) => {
      const host = wrong[name];
      if (!host) throw new Error('unreachable');
      const { headers } = await fetch(`${host.url}/health/live`);
      const offMs = Date.parse(headers.get('date') ?? '') - Date.now();
      expect(Math.abs(offMs - sign * HOUR_MS)).toBeLessThan(60_000); // it is wrong indeed

      const load = await Load.start(shop, { replicas: [host, shop.service] });
      await load.sells(50);
      const buyer = await shop.buyer();
      const guest = await fetch(`${host.url}/v1/auth/guest`, { method: 'POST' });
      const { buyerId, token } = (await guest.json()) as { buyerId: string; token: string };
      const guestOfIt = new Buyer(host.url, buyerId, token);
      for (const each of [buyer.at(host.url), guestOfIt, guestOfIt.at(shop.service.url)]) {
        const live = await saleOf(-60_000, 60_000);
        const { body } = expectStatus(
          await each.order(live.saleId, [{ itemId: live.itemId, quantity: 1 }]),
          201,
        );
        expect(Math.abs(Date.parse(body.expiresAt) - Date.now() - HOLD_SECONDS * 1_000)).toBeLessThan(30_000);
        const over = await saleOf(-120_000, -60_000);
        const early = await saleOf(60_000, 120_000);
        const codes = [over, early].map(async ({ saleId, itemId }) => {
          return (await each.order(saleId, [{ itemId, quantity: 1 }])).body.code;
        });
        expect(await Promise.all(codes)).toEqual(['sale_ended', 'sale_not_started']);
      }
      await load.sells(50);
      await load.end();
    },
    60_000,
  );
});
