import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProblemCode } from '#platform';
import { eventually } from '../support/wait.js';
import { EXAMPLES } from './examples.js';
import { send, type Heard } from './send.js';
import { Target } from './target.js';
import { words } from './values.js';

const ROUTES = Object.keys(EXAMPLES);
/** Finds nothing to forget of somebody who never ordered, and of somebody who was forgotten; both are as they should be. */
const ERASURE = 'POST /v1/admin/buyers/{buyerId}/erasure';
const NAMING = ROUTES.filter((route) => route.includes('{') && route !== ERASURE);
const ADMINISTRATION = ROUTES.filter((route) => EXAMPLES[route]?.as === 'administrator');
const NOT_THERE: readonly ProblemCode[] = ['not_found', 'malformed_request'];
const CLOSED: readonly ProblemCode[] = [...NOT_THERE, 'unauthenticated', 'forbidden'];

/** What is no id, though the real one may be in it. */
const idsLike = (id: string): string[] => [
  ...words(
    '7 0 -1 1e3 null undefined canary __proto__ constructor * %2a . .. %2e %2e%2e %252e%252e ..%2f.. %2f %5c',
  ),
  ...words('%ff %c0%ae%c0%ae %zz % %1 %ed%a0%80 ..%5c.. ....//'),
  ...['', 'x'.repeat(101), 'x'.repeat(5_000)],
  ...words('%00 %0a %0d%0a %20 %09 . .. / /. /.. // ;x=1 , .json %3f %23').map((tail) => `${id}${tail}`),
  ...words('%20 %00 %2f ..%2f ./ / %ef%bb%bf').map((head) => `${head}${id}`),
  ...[`${id}${id}`, `${id}%2f..%2f${id}`, `${id},${id}`, `%7b${id}%7d`, `urn:uuid:${id}`, `"${id}"`],
  ...[id.slice(1), `${id}0`, id.replaceAll('-', ''), id.replaceAll('-', '%20'), id.replace(/^./, 'g')],
  ...[`${id}'%20OR%201=1`, `${id}%27;--`, `${id}%u0030`, id.replace('-', '%e2%80%90')],
  ...['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
];

/** Other ways to write an address, some of which some routers take for the same. */
const disguisesOf = (path: string): string[] => [
  ...words('/ /. /.. /%2e /%2f /v1/.. /docs/.. /v1/sales/..; \\ /canary/..;').map((head) => `${head}${path}`),
  ...words('/ /. // %00 %20 %09 . ; ;/ ;x=1 .json %3f %23 \\ ? ?x=1').map((tail) => `${path}${tail}`),
  ...words('/./ // /sales/../ /sales/%2e%2e/ /sales/..%2f /%2e/').map((up) =>
    path.replace('/admin', `${up}admin`),
  ),
  ...words('Admin %61dmin %2561dmin ADM%49N admi%6e %ef%bd%81dmin admin; admin%00').map((name) =>
    path.replace('admin', name),
  ),
  ...[
    path.toUpperCase(),
    path.replace('/v1', '/%761'),
    path.replaceAll('/', '%2f'),
    path.replaceAll('/', '\\'),
  ],
  ...[`http://127.0.0.1${path}`, `http://canary.example${path}`],
];

/** What follows the name of a parameter. None of ours has a value like these. */
const QUERY_VALUES: readonly string[] = [
  ...words(
    '%00 %ff %zz % %0d%0aSet-Cookie:a=b 1 -1 1e3 NaN null true [] {} canary %27%20OR%201=1-- %24%7Bjndi%7D',
  ),
  ...words('__proto__ ..%2f.. %ed%a0%80 %d9%a3 + %20 MDE4OTAwMDA e30 %7B%22$ne%22:null%7D'),
  ...['', 'x'.repeat(201), 'x'.repeat(5_000)],
];

/** Parameters that no list has. */
const QUERIES: readonly string[] = [
  ...words(
    'page=2 canary=1 = =1 %00=1 limit=1000000 order=id;-- []=1 $where=1 __proto__=1 __proto__[admin]=1',
  ),
  ...words(
    'constructor=1 constructor[prototype][admin]=1 toString=1 hasOwnProperty=1 valueOf=1 %5f%5fproto%5f%5f=1',
  ),
  Array.from({ length: 1_000 }, (_, index) => `q${index}=1`).join('&'),
];

describe('an address', () => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.open();
  }, 60_000);

  afterAll(() => target.close());

  async function faultsOf(
    codes: readonly ProblemCode[],
    names: readonly string[],
    ask: (name: string) => Promise<Heard>,
  ): Promise<string[]> {
    const faults = await Promise.all(
      names.map(async (name) =>
        target.faultsOf(await ask(name), codes).map((fault) => `${name.slice(0, 100)}: ${fault}`),
      ),
    );
    return faults.flat();
  }

  test.each(NAMING)('of %s that names nothing is not found, and nothing is done', async (route) => {
    const before = await target.digest();
    for (const [name, id] of Object.entries(EXAMPLES[route]?.params?.(target.world) ?? {})) {
      const faults = await faultsOf(NOT_THERE, idsLike(id), (like) =>
        target.send(route, { params: { [name]: like } }),
      );
      expect(faults).toEqual([]);
    }
    expect(await target.digest()).toEqual(before);
  });

  test.each(ADMINISTRATION)('of %s in disguise lets nobody in', async (route) => {
    const before = await target.digest();
    const { path } = target.request(route);
    for (const authorization of [undefined, `Bearer ${target.world.buyer.token}`]) {
      const headers = { authorization, 'x-api-key': undefined };
      const faults = await faultsOf(CLOSED, disguisesOf(path), (disguise) =>
        send(target.port, { ...target.request(route, { headers }), path: disguise }),
      );
      expect(faults).toEqual([]);
    }
    expect(await target.digest()).toEqual(before);
  });

  test('cannot be changed by a header', async () => {
    const plain = await target.send('GET /health/live');
    const admin = '/v1/admin/items';
    const lines = words('x-original-url x-rewrite-url x-forwarded-path x-forwarded-prefix x-forwarded-uri');
    for (const name of lines) {
      const heard = await target.send('GET /health/live', { headers: { [name]: admin } });
      expect([heard.status, heard.text]).toEqual([plain.status, plain.text]);
    }
    const before = await target.digest();
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      const headers = { [name]: 'POST', 'content-type': 'application/json' };
      const heard = await target.send('GET /v1/orders', { headers, query: '_method=POST' });
      expect(target.faultsOf(heard, ['validation_failed'])).toEqual([]);
      expect((await target.send('GET /v1/orders', { headers })).status).toBe(200);
    }
    expect(await target.digest()).toEqual(before);
  });

  test('has the methods of the document, and HEAD for GET', async () => {
    const before = await target.digest();
    const methods = words('PUT DELETE PATCH POST GET OPTIONS TRACE PROPFIND PURGE SEARCH');
    const faults = await faultsOf(
      ['not_found'],
      ROUTES.flatMap((route) => {
        const path = route.split(' ')[1] ?? '';
        return methods.map((method) => `${method} ${path}`).filter((other) => !ROUTES.includes(other));
      }),
      (other) => {
        const [method = '', path = ''] = other.split(' ');
        const route = ROUTES.find((each) => each.endsWith(` ${path}`)) ?? '';
        return send(target.port, { ...target.request(route, { body: '{}' }), method });
      },
    );
    expect(faults).toEqual([]);
    for (const route of ROUTES.filter((each) => each.startsWith('GET '))) {
      const heard = await send(target.port, { ...target.request(route), method: 'HEAD' });
      expect([route, heard.status, heard.text]).toEqual([route, 200, '']);
    }
    expect(await target.digest()).toEqual(before);
    await eventually(async () => {
      const { body } = await target.till.shop.request<string>('GET', '/metrics');
      expect(body).toContain('holdfast_streams 0\n'); // the HEAD of a stream is over with its answer
    });
  });

  test('of a file leads nowhere but into the folder that is served', async () => {
    const files = words('package.json .env etc/passwd proc/self/environ tsconfig.json');
    const ups = words('/../ /..%2f /%2e%2e/ /%2e%2e%2f /..%5c /....// /%252e%252e%252f /.%00./');
    const paths = ['', '/docs', '/docs-json', '/pictures'].flatMap((folder) =>
      files.flatMap((file) => ups.map((up) => `${folder}${up.repeat(3).replaceAll('//', '/')}${file}`)),
    );
    const more = words('/.git/HEAD /index.html%00 /index.html/ /INDEX.HTML /app.js%00.png /docs/../..');
    const faults = await faultsOf(CLOSED, [...paths, ...more], (path) =>
      send(target.port, { method: 'GET', path }),
    );
    expect(faults).toEqual([]);
  });

  test('has no query but the document’s, and it in no form but its own', async () => {
    const listing = ROUTES.filter((route) => target.contract.namesOf(route, 'query').length > 0);
    expect(listing).toContain('GET /v1/sales');
    for (const route of listing) {
      const queries = target.contract
        .namesOf(route, 'query')
        .flatMap((name) => [
          ...QUERY_VALUES.map((value) => `${name}=${value}`),
          ...[name, `${name}[]=a`, `${name}[$ne]=a`, `${name}=a&${name}=b`, `${name}.a=b`],
        ]);
      const faults = await faultsOf(['validation_failed'], [...queries, ...QUERIES], (query) =>
        target.send(route, { query }),
      );
      expect([route, faults]).toEqual([route, []]);
      expect((await target.send(route)).status).toBe(200);
    }
  });

  test('leaves the service unharmed', () => target.expectUnharmed());
});
