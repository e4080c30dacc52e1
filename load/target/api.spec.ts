import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { dataOf } from '#client';
import { Api, inParallel } from './api.js';

const ITEM = { sku: 'PHONE', name: 'A phone', price: { amount: 1, currency: 'EUR' }, stock: 1 };

describe('the client that sets a run up', () => {
  let server: Server | undefined;
  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  });

  async function apiAnswering(
    statuses: (number | 'hang up')[],
    body: unknown,
  ): Promise<{ api: Api; seen: (string | undefined)[] }> {
    const seen: (string | undefined)[] = [];
    server = createServer((request, response) => {
      seen.push(request.headers['x-api-key']?.toString());
      const status = statuses.shift() ?? 500;
      if (status === 'hang up') request.socket.destroy();
      else response.writeHead(status).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { api: new Api({ url, adminKey: 'the key', signal: new AbortController().signal }), seen };
  }

  it('sends the key of the administrator where it is needed alone', async () => {
    const page = { data: [], nextCursor: null };
    const { api, seen } = await apiAnswering([200, 200], page);
    expect(await dataOf(api.administrator.GET('/v1/admin/items'))).toEqual(page);
    await api.visitor.GET('/v1/sales');
    expect(seen).toEqual(['the key', undefined]);
  });

  it('asks again while the service is busy, and only then', async () => {
    const { api, seen } = await apiAnswering([503, 429, 201], {});
    await api.administrator.POST('/v1/admin/items', { body: ITEM });
    expect(seen).toHaveLength(3);
  });

  it('signs in again, and reads again, where the connection is lost', async () => {
    const { api, seen } = await apiAnswering(['hang up', 201, 'hang up', 200], { token: 'a token' });
    expect(await dataOf(api.visitor.POST('/v1/auth/guest'))).toEqual({ token: 'a token' });
    await api.visitor.GET('/v1/sales');
    expect(seen).toHaveLength(4);
  });

  it('does not write twice what may have been written, and gives up in the end', async () => {
    const { api, seen } = await apiAnswering(Array<'hang up'>(6).fill('hang up'), {});
    await expect(api.administrator.POST('/v1/admin/items', { body: ITEM })).rejects.toThrow('got no answer');
    expect(seen).toHaveLength(1);
    await expect(api.visitor.POST('/v1/auth/guest')).rejects.toThrow('got no answer');
    expect(seen).toHaveLength(6);
  });

  it('says what was asked and what came back when it is not what the contract says', async () => {
    const { api } = await apiAnswering([409], { code: 'sku_taken', detail: 'Taken.' });
    await expect(api.administrator.POST('/v1/admin/items', { body: ITEM })).rejects.toMatchObject({
      name: 'LoadError',
      message: 'POST /v1/admin/items answered 409 (sku_taken: Taken.).',
    });
  });

  it('says what was asked when nobody answers', async () => {
    const { api } = await apiAnswering([], {});
    server?.close();
    await expect(
      api.visitor.GET('/v1/sales', { params: { query: { status: 'live' } } }),
    ).rejects.toMatchObject({
      name: 'LoadError',
      message: expect.stringMatching(/^GET \/v1\/sales\?status=live got no answer: /),
    });
  });
});

describe('work in parallel', () => {
  it('is done for every value, in order, and never more than the limit at once', async () => {
    let [running, most] = [0, 0];
    const results = await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (value) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return value * 2;
    });
    expect(results).toEqual([2, 4, 6, 8, 10, 12, 14]);
    expect(most).toBe(3);
  });

  it('begins nothing more after a failure', async () => {
    const begun: number[] = [];
    const work = inParallel([1, 2, 3, 4], 1, (value) => {
      begun.push(value);
      return value === 2 ? Promise.reject(new Error('no')) : Promise.resolve();
    });
    await expect(work).rejects.toThrow('no');
    expect(begun).toEqual([1, 2]);
  });
});
