import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Api, inParallel } from './api.js';

describe('the client that sets a run up', () => {
  let server: Server | undefined;
  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  });

  async function apiAnswering(
    statuses: number[],
    body: unknown,
  ): Promise<{ api: Api; seen: (string | undefined)[] }> {
    const seen: (string | undefined)[] = [];
    server = createServer((request, response) => {
      seen.push(request.headers['x-api-key']?.toString());
      response.writeHead(statuses.shift() ?? 500).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { api: new Api({ url, adminKey: 'the key', signal: new AbortController().signal }), seen };
  }

  it('sends the key of the administrator where it is needed alone', async () => {
    const { api, seen } = await apiAnswering([200, 200], { id: 'x' });
    expect(await api.admin({ path: '/a' }, 200)).toEqual({ id: 'x' });
    await api.call({ path: '/b' }, 200);
    expect(seen).toEqual(['the key', undefined]);
  });

  it('asks again while the service is busy, and only then', async () => {
    const { api, seen } = await apiAnswering([503, 429, 201], {});
    await api.call({ method: 'POST', path: '/a', body: {} }, 201);
    expect(seen).toHaveLength(3);
  });

  it('says what was asked and what came back when it is not what the contract says', async () => {
    const { api } = await apiAnswering([409], { code: 'sku_taken', detail: 'Taken.' });
    await expect(api.call({ method: 'POST', path: '/v1/a' }, 201)).rejects.toMatchObject({
      name: 'LoadError',
      message: 'POST /v1/a answered 409 (sku_taken: Taken.), not 201.',
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
