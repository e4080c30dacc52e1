import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { APP_FILTER } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DuePayments, Settlement, type PaymentProvider } from '#payments';
import { CONFIG, createLogger, Database, Metrics, ProblemFilter } from '#platform';
import { createHttpApp } from '../../apps/shared/http/create-http-app.js';
import { gatewaySuite } from '../payments/gateway-suite.js';
import { Till, WEBHOOK_SECRET } from '../payments/till.js';
import { AcmeGateway } from './acme/acme-gateway.js';
import { AcmeServer } from './acme/acme-server.js';
import { AcmeWebhookController } from './acme/acme-webhook.controller.js';

/** As it would stand in libs/payments/payment-provider.ts, with the settings of the shop. */
const acmeOn = ({ url, apiKey }: AcmeServer): PaymentProvider => ({
  method: 'acme',
  openGateway: () => new AcmeGateway(url, apiKey),
  webhooks: AcmeWebhookController,
});

gatewaySuite('the example', async () => {
  const acme = await AcmeServer.start();
  return {
    gateway: new AcmeGateway(acme.url, acme.apiKey),
    wanting: (wish) => ({ token: wish === 'succeed' ? 'a-card' : 'declined-card' }),
    loseAnswer: () => {
      acme.loseNextAnswer();
      return {};
    },
    taken: (paymentId) => Promise.resolve(acme.taken(paymentId)),
    away: () => acme.stop(),
    back: () => acme.listen(),
    close: () => acme.stop(),
  };
});

describe('a shop with a payment provider of its own', () => {
  let acme: AcmeServer;
  let till: Till;
  let database: Database;
  let payments: DuePayments;
  let webhooks: NestFastifyApplication;

  beforeAll(async () => {
    acme = await AcmeServer.start();
    till = await Till.open();
    const { openGateway, webhooks: controller } = acmeOn(acme);
    database = new Database({ url: till.shop.databaseUrl, poolSize: 5 });
    const metrics = new Metrics();
    const settlement = new Settlement(database, metrics);
    payments = new DuePayments(database, openGateway(undefined as never, database), settlement);
    const module = {
      module: class {},
      controllers: [controller],
      providers: [
        { provide: Settlement, useValue: settlement },
        { provide: Metrics, useValue: metrics },
        { provide: CONFIG, useValue: { paymentWebhookSecrets: [WEBHOOK_SECRET] } },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
    webhooks = await createHttpApp(module, createLogger('silent'));
    await webhooks.listen(0, '127.0.0.1');
  }, 60_000);

  afterAll(async () => {
    await webhooks.close();
    await database.close();
    await till.close();
    await acme.stop();
  });

  const open = async (token: string) => {
    const { order, buyer } = await till.order();
    const request = { body: { method: 'sandbox', token } }; // the method of the service that runs
    const path = `/v1/orders/${order.id}/payments`;
    const { body } = await buyer.request<{ paymentId: string }>('POST', path, request);
    return { order, buyer, paymentId: body.paymentId };
  };

  const tell = async (payload: string, secret = WEBHOOK_SECRET) => {
    const signature = createHmac('sha512', secret).update(payload).digest('base64');
    const headers = { 'content-type': 'application/json', 'acme-signature': signature };
    const url = `${await webhooks.getUrl()}/v1/webhooks/acme`;
    return (await fetch(url, { method: 'POST', headers, body: payload })).status;
  };

  test("takes the money by what the provider's form in the page gave, and keeps that no longer", async () => {
    const { order, buyer, paymentId } = await open('a-card');
    const token = async () =>
      (
        await till.shop.record.query<{ token: string | null }>('SELECT token FROM payment WHERE id = $1', [
          paymentId,
        ])
      ).rows;
    expect(await token()).toEqual([{ token: 'a-card' }]);
    await payments.settleSome();
    expect((await till.read(buyer, order.id)).status).toBe('paid');
    expect(acme.taken(paymentId)).toBe(order.total.amount);
    expect(await token()).toEqual([{ token: null }]);
  });

  test('leaves an order unpaid whose card is declined', async () => {
    const { order, buyer } = await open('declined-card');
    await payments.settleSome();
    expect(await till.read(buyer, order.id)).toMatchObject({
      status: 'pending_payment',
      payments: [{ status: 'declined', failureCode: 'card_declined' }],
    });
  });

  test('hears what the provider tells in its own words, under its own signature alone', async () => {
    const { order, buyer, paymentId } = await open('a-card');
    const { amount, currency } = order.total;
    const event = { id: randomUUID(), event: 'charge.captured', charge: paymentId, reference: order.id };
    const payload = JSON.stringify({ ...event, amount, currency });
    expect(await tell(payload, 'another-secret')).toBe(401);
    expect((await till.read(buyer, order.id)).status).toBe('pending_payment');
    expect([await tell(payload), await tell(payload)]).toEqual([200, 200]);
    expect((await till.read(buyer, order.id)).status).toBe('paid');
  });

  test.each([
    ['a payment that is not there, so that it is told again', randomUUID(), 404],
    ['what is no payment of ours', 'another-shop-17', 200],
  ])('hears of %s', async (_, charge, status) => {
    const payload = JSON.stringify({ id: randomUUID(), event: 'charge.refunded', charge, reference: charge });
    expect(await tell(payload)).toBe(status);
  });
});
