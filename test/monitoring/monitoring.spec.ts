import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalService } from '#local';
import { ShopEndpoint } from '../outbox/shop-endpoint.js';
import { expectStatus, Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { Exposition } from './exposition.js';
import { readAlerts, readDashboard, readPrometheusConfig, readText } from './files.js';
import { askedValuesOf, mistakesIn } from './promql.js';

const alerts = readAlerts();
const queries = readDashboard();
const exposition = new Exposition();

/** Real processes, behind some of what happens to them: an order, its payment, a request too many. */
describe('what the processes tell', () => {
  let endpoint: ShopEndpoint;
  let shop: Shop;
  let drifting: Shop;
  let worker: LocalService;

  beforeAll(async () => {
    endpoint = await ShopEndpoint.open();
    [shop, drifting] = await Promise.all([
      Shop.open({ ...endpoint.env, RATE_LIMIT_BUYER: '4/1m' }),
      Shop.open({ RESERVATION_STRATEGY: 'redis-first' }),
    ]);
    worker = await shop.startWorker(endpoint.env);
    const { itemId, saleId } = await shop.offer(2);
    const buyer = await shop.buyer();
    const { body } = expectStatus(await buyer.order(saleId, [{ itemId, quantity: 1 }]), 201);
    await buyer.request('POST', `/v1/orders/${body.id}/payments`, { body: { method: 'sandbox' } });
    await eventually(async () => {
      const { status } = await buyer.request('GET', '/v1/orders');
      expect(status).toBe(429);
    });
    const metricsOf = async (url: string) => (await fetch(`${url}/metrics`)).text();
    await eventually(async () => {
      const ofWorker = await metricsOf(worker.url);
      expect(ofWorker).toContain('holdfast_payments_total{fact="captured"} 1');
      expect(ofWorker).toContain('name="Reconciliation"');
      exposition.add(ofWorker);
    });
    exposition.add(await metricsOf(shop.service.url));
    await eventually(async () => {
      const ofDrifting = await metricsOf(drifting.service.url);
      expect(ofDrifting).toContain('holdfast_redis_first_drift_units{');
      exposition.add(ofDrifting);
    });
  }, 60_000);

  afterAll(async () => {
    await worker.stop();
    await Promise.all([shop.close(), drifting.close()]);
    await endpoint.close();
  });

  test.each(alerts)('$alert asks for what there is', ({ expr }) => {
    expect(mistakesIn(expr, exposition)).toEqual([]);
  });

  test.each(queries)('the panel "$title" asks for what there is: $expr', ({ expr }) => {
    expect(mistakesIn(expr, exposition)).toEqual([]);
  });

  test.each([
    ['holdfast_orders_lost', 'holdfast_orders_lost is no series of any process'],
    ['rate(holdfast_lane_batch_orders[1m])', 'holdfast_lane_batch_orders is no series of any process'],
    ['holdfast_orders_total{item="1"}', 'holdfast_orders_total has no label item'],
    [
      'holdfast_reconciliations_total{verdict="wrong"}',
      'holdfast_reconciliations_total has no verdict="wrong"',
    ],
    ['holdfast_outbox_events{state=~"dead|gone"}', 'holdfast_outbox_events has no state="gone"'],
    ['rate(holdfast_orders_waiting[1m])', 'holdfast_orders_waiting is a gauge, which has no rate'],
    ['sum by (buyer) (holdfast_orders_total)', 'holdfast_orders_total has no label buyer to group by'],
    ['sum(holdfast_orders_total', 'is no PromQL at character 25'],
  ])('%s would be found out', (expression, mistake) => {
    expect(mistakesIn(expression, exposition)).toEqual([mistake]);
  });
});

describe('the alerts', () => {
  const chapter = readText('docs/operations.md').split('\n## Alerts\n')[1] ?? '';
  const sections = new Map(
    chapter
      .split('\n### ')
      .slice(1)
      .map((section) => [section.split('\n', 1)[0], section] as const),
  );

  test('each is explained, and none that there is not', () => {
    expect([...sections.keys()]).toEqual(alerts.map(({ alert }) => alert));
  });

  test.each(alerts)('$alert says how long, how bad, what, and where to read on', (rule) => {
    expect(rule.for).toMatch(/^\d+[sm]$/);
    expect(['page', 'ticket']).toContain(rule.labels?.severity);
    expect(rule.annotations?.summary).toMatch(/\S/);
    expect(rule.annotations?.runbook_url).toBe(`docs/operations.md#${rule.alert.toLowerCase()}`);
    for (const part of ['**Buyers**', '**Look at**', '**Do**'])
      expect(sections.get(rule.alert)).toContain(part);
  });

  test('the example of a configuration scrapes the jobs that they name, and reads them', () => {
    const { rule_files: rules, scrape_configs: scraped } = readPrometheusConfig();
    expect(rules).toEqual(['alerts.yml']);
    const asked = alerts.flatMap(({ expr }) => askedValuesOf('job', expr));
    expect([...new Set(asked)].sort()).toEqual(scraped.map(({ job_name: name }) => name).sort());
  });
});
