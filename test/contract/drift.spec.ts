import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { findStaleFiles } from '../../apps/api/contract/stale-files.js';
import { temporaryFolder } from '../local/temporary-folder.js';

const CLIENT = fileURLToPath(new URL('../../client', import.meta.url));

/** What `npm run api:check` says; it needs no server. */
describe('what is committed of the client', () => {
  const folder = temporaryFolder('client');

  afterAll(() => folder.remove());

  /** A copy of which one file has been edited. */
  async function edited(name: string, edit: (text: string) => string): Promise<string[]> {
    await cp(CLIENT, folder.path, { recursive: true });
    const file = path.join(folder.path, name);
    await writeFile(file, edit(await readFile(file, 'utf8')));
    return findStaleFiles(folder.path);
  }

  test('is what the code yields', async () => {
    expect(await findStaleFiles(CLIENT)).toEqual([]);
  });

  test('does not pass when a route has drifted, and the route is named', async () => {
    expect(await edited('openapi.json', (text) => text.replace('"/v1/orders"', '"/v1/baskets"'))).toEqual([
      'client/openapi.json: POST /v1/baskets is gone',
      'client/openapi.json: GET /v1/baskets is gone',
      'client/openapi.json: POST /v1/orders is new',
      'client/openapi.json: GET /v1/orders is new',
    ]);
  });

  test('does not pass when a status has drifted', async () => {
    expect(await edited('openapi.json', (text) => text.replace('"202"', '"200"'))).toEqual([
      expect.stringMatching(/^client\/openapi\.json: POST \S+ has changed › responses › 200$/),
    ]);
  });

  test('does not pass when the types were edited by hand', async () => {
    expect(await edited('schema.ts', (text) => text.replace('buyerId: string', 'buyerId: number'))).toEqual([
      'client/schema.ts: not what openapi.json yields',
    ]);
  });
});
