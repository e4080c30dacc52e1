import { randomUUID } from 'node:crypto';
import { LoadError, type Random } from '#load';
import type { Answer, Call, Caller } from './caller.js';

/** What the shop's own people do. */
export class Administrator {
  private readonly caller: Caller;
  private readonly key: string;

  constructor(caller: Caller, key: string) {
    this.caller = caller;
    this.key = key;
  }

  read(route: string, path = route.slice('GET '.length)): Promise<Answer> {
    return this.call(route, { method: 'GET', path });
  }

  /** Once, however often it is sent. */
  post(route: string, path: string, body: object = {}): Promise<Answer> {
    const headers = { 'idempotency-key': randomUUID() };
    return this.caller.insist(() => this.call(route, { method: 'POST', path, headers, body }));
  }

  /** @throws LoadError where it was not done */
  async create(path: string, body: object): Promise<string> {
    const answer = await this.post(`POST ${path}`, path, body);
    if (answer.status !== 201) throw new LoadError(`POST ${path} answered ${answer.status}.`);
    return String(answer.body.id);
  }

  private call(route: string, call: Call): Promise<Answer> {
    return this.caller.call(route, { ...call, headers: { 'x-api-key': this.key, ...call.headers } });
  }
}

/** What an administrator looks at, one after another. */
export const ADMIN_READS: readonly string[] = [
  'GET /v1/admin/orders',
  'GET /v1/admin/orders?status=paid',
  'GET /v1/admin/items',
  'GET /v1/admin/outbox',
  'GET /v1/admin/dead-letters',
  'GET /v1/admin/locks',
];

/** Some units, mostly more: a restock, or a count that found fewer. */
export function adjustmentOf(random: Random, most: number): number {
  const quantity = 1 + random.below(most);
  return random.below(6) === 0 ? -quantity : quantity;
}
