import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { PROBLEMS, WebhookSignature, type ProblemCode, type ProblemDocument } from '#platform';

import { ADMIN_KEY, JWT_SECRET } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { Till, WEBHOOK_SECRET } from '../payments/till.js';
import { Contract, type OpenApi } from './contract.js';
import { createWorld, EXAMPLES, type World } from './examples.js';
import { endConnections, send, type Heard, type Sent } from './send.js';

/** Of what the service is made of: a stack, a statement, a place on the disk, another program's words. */
const INTERNALS =
  /node_modules|\.[jt]s:\d|\bat \S+ \(|"stack"|SELECT |INSERT |UPDATE |violates|syntax error|invalid input|TypeError|QueryFailed|ECONN|\/dist\//;

/** A second apart. What is still refused after them is no matter of load. */
const BUSY_ATTEMPTS = 5;

const signature = new WebhookSignature([WEBHOOK_SECRET]);

/** How a request differs from the valid one to its route. */
export interface Change {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  /** Undefined takes a header away. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: string | Buffer;
}

/** A service under attack, its record and its log. */
export class Target {
  /** What is to stand in no answer and in no line of the log. */
  readonly secrets: string[];

  private constructor(
    readonly till: Till,
    readonly world: World,
    readonly contract: Contract,
    private readonly log: readonly string[],
  ) {
    const password = new URL(till.shop.databaseUrl).password;
    const secrets = [ADMIN_KEY, JWT_SECRET, WEBHOOK_SECRET, world.buyer.token, password];
    this.secrets = secrets.filter((secret) => secret !== '');
  }

  static async open(env: Record<string, string> = {}): Promise<Target> {
    const log: string[] = [];
    const till = await Till.open({ LOG_LEVEL: 'debug', ...env }, (line) => log.push(line));
    const { body } = await till.shop.request<OpenApi>('GET', '/docs-json');
    return new Target(till, await createWorld(till), new Contract(body), log);
  }

  async close(): Promise<void> {
    endConnections();
    await this.till.close();
  }

  get port(): number {
    return this.till.shop.service.port;
  }

  /** The valid request to a route, but for what is changed. */
  request(route: string, change: Change = {}): Sent {
    const example = exampleOf(route);
    const [method = '', template = ''] = route.split(' ');
    const params = { ...example.params?.(this.world), ...change.params };
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
    const body = change.body ?? (example.body && JSON.stringify(example.body(this.world)));
    const headers = {
      ...this.credentials(route, String(body ?? '')),
      ...(method === 'GET' ? {} : { 'Idempotency-Key': randomUUID() }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...change.headers,
    };
    return {
      ...{ method, path: change.query === undefined ? path : `${path}?${change.query}` },
      headers: Object.fromEntries(Object.entries(headers).filter(isGiven)),
      ...(body === undefined ? {} : { body }),
    };
  }

  /** As a client does it: a service that is busy (a hundred changes of one order queue for its row) is asked again. */
  async send(route: string, change: Change = {}): Promise<Heard> {
    const sent = this.request(route, change);
    for (let attempt = 1; ; attempt += 1) {
      const heard = await send(this.port, sent);
      if (heard.status !== 503 || attempt === BUSY_ATTEMPTS) return heard;
      await sleep(1_000);
    }
  }

  private credentials(route: string, body: string): Record<string, string> {
    switch (exampleOf(route).as) {
      case 'nobody':
        return {};
      case 'buyer':
        return { authorization: `Bearer ${this.world.buyer.token}` };
      case 'administrator':
        return { 'x-api-key': ADMIN_KEY };
      case 'provider':
        return { 'x-webhook-signature': signature.sign(body, Date.now() / 1000) };
    }
  }

  /** What is wrong with a refusal: nothing, where it is a problem document of ours with one of these codes. */
  faultsOf(heard: Heard, codes: readonly ProblemCode[]): string[] {
    const { status, headers, text } = heard;
    const isOurs = headers['content-type']?.startsWith('application/problem+json') === true;
    if (!isOurs) return [`${status} ${headers['content-type'] ?? 'without a type'}: ${text.slice(0, 200)}`];
    const problem = JSON.parse(text) as Partial<ProblemDocument>;
    const { code = 'internal_error' } = problem;
    return [
      ...(codes.includes(code) ? [] : [`${status} ${code}: ${problem.detail ?? ''}`]),
      ...(status === PROBLEMS[code].status && status === problem.status ? [] : [`${status} with ${code}`]),
      ...(problem.requestId === headers['x-request-id'] ? [] : ['another request id in the headers']),
      ...(headers['cache-control'] === 'no-store' ? [] : ['may be stored']),
      ...(text.length < 10_000 ? [] : [`${text.length} bytes long`]),
      ...this.leaksIn(text),
    ];
  }

  /** What an answer or a line of the log tells of the service that is nobody's business. */
  leaksIn(text: string): string[] {
    const internals = INTERNALS.exec(text)?.[0];
    const secret = this.secrets.find((each) => text.includes(each));
    return [
      ...(internals === undefined ? [] : [`tells of ${internals}`]),
      ...(secret === undefined ? [] : [`tells the secret ${secret}`]),
    ];
  }

  /** A digest of each table: that nothing was written is one comparison. */
  async digest(): Promise<Record<string, string>> {
    const { record } = this.till.shop;
    const { rows } = await record.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
    );
    const digests: Record<string, string> = {};
    for (const { name } of rows) {
      const sql = `SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) AS md5 FROM "${name}" t`;
      digests[name] = (await record.query<{ md5: string }>(sql)).rows[0]?.md5 ?? '';
    }
    return digests;
  }

  /** The service is up, its books balance, and its log has lines of ours alone, without an error and without a leak. */
  async expectUnharmed(): Promise<void> {
    const { shop } = this.till;
    await eventually(async () =>
      expect((await shop.request('GET', '/health/ready')).body).toMatchObject({ status: 'ok' }),
    );
    for (const { saleId } of [this.world, this.world.spare])
      expect(await shop.reconcile(saleId)).toMatchObject({ balanced: true });
    expect(this.log.length).toBeGreaterThan(0);
    const faults = this.log.flatMap((line) => {
      const { level } = JSON.parse(line) as { level: string };
      const isError = ['error', 'fatal'].includes(level); // a warning may tell of a busy machine
      const echo = line.includes('canary') ? ['repeats what it was sent'] : [];
      const found = [...(isError ? [`says ${level}`] : []), ...echo, ...this.leaksIn(line)];
      return found.length === 0 ? [] : [`${found.join(', ')}: ${line.slice(0, 300)}`];
    });
    expect(faults).toEqual([]);
  }
}

function exampleOf(route: string) {
  const example = EXAMPLES[route];
  if (!example) throw new Error(`EXAMPLES has no ${route}.`);
  return example;
}

function isGiven<T>(entry: [string, T | undefined]): entry is [string, T] {
  return entry[1] !== undefined;
}
