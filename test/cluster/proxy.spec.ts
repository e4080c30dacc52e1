import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startHaproxy, type PortProgram } from '#local';
import { temporaryFolder } from '../local/temporary-folder.js';

/** Says that it is ready, and ends every other connection without a word, as a process does that is killed. */
class DyingApi {
  readonly seen: string[];
  private readonly server: http.Server;

  constructor(seen: string[]) {
    this.seen = seen;
    this.server = http.createServer((request, response) => {
      if (request.url === '/health/ready') {
        response.end('{}');
        return;
      }
      this.seen.push(request.method ?? '');
      request.socket.destroy();
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

describe('the proxy, where processes die with a request in their hands', () => {
  const seen: string[] = [];
  const apis = [new DyingApi(seen), new DyingApi(seen), new DyingApi(seen)] as const;
  const folder = temporaryFolder('haproxy');
  let proxy: PortProgram;

  beforeAll(async () => {
    const ports = [await apis[0].listen(), await apis[1].listen(), await apis[2].listen()] as const;
    proxy = await startHaproxy(ports, { directory: folder.path });
  }, 120_000);

  afterAll(async () => {
    await proxy.stop();
    folder.remove();
    for (const api of apis) api.close();
  });

  /** By a connection of its own: on one that was used before, the proxy ends it instead of answering. */
  const send = async (method: string, headers: Record<string, string> = {}) => {
    seen.length = 0;
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const url = `http://127.0.0.1:${proxy.port}/v1/orders`;
      const request = http.request(url, { method, headers, agent: false }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      request.once('error', reject);
      request.end(method === 'POST' ? '{}' : undefined);
    });
    return { times: seen.length, status, body: JSON.parse(text) as object };
  };

  const UNKNOWN = { status: 503, body: { code: 'outcome_unknown', retryable: true } };

  test('sends what can be sent twice to three others: a POST with its key, and a GET', async () => {
    expect(await send('POST', { 'idempotency-key': 'a-key' })).toMatchObject({ times: 4, ...UNKNOWN });
    expect(await send('GET')).toMatchObject({ times: 4, ...UNKNOWN });
  });

  test('sends a POST without a key once, and says that its outcome is unknown', async () => {
    expect(await send('POST')).toMatchObject({ times: 1, ...UNKNOWN });
  });

  test('closes a connection that was opened ahead of need without a word, after ten seconds', async () => {
    const socket = net.connect(proxy.port, '127.0.0.1');
    const openedAt = performance.now();
    const said: string[] = [];
    socket.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(performance.now() - openedAt).toBeGreaterThan(9_000); // else it was not the time that ended it
    expect(said).toEqual([]);
  }, 60_000);
});
