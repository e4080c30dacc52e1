import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ProblemCode } from '#platform';
import { EXAMPLES } from './examples.js';
import { exchange } from './send.js';
import { Target, type Change } from './target.js';
import { words } from './values.js';

const LIMIT_BYTES = 256 * 1024;
const WRITING = Object.keys(EXAMPLES).filter((route) => !route.startsWith('GET '));
const WITH_BODY = WRITING.filter((route) => EXAMPLES[route]?.body);

interface Attack extends Change {
  readonly name: string;
  readonly code: ProblemCode;
}

const JSON_TYPE = 'application/json';
const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
const list = (value: string, count: number) => `[${Array(count).fill(value).join(',')}]`;
const members = (count: number) =>
  `{${Array.from({ length: count }, (_, index) => `"m${index}":1`).join(',')}}`;

const malformed = (name: string, body: string | Buffer = name): Attack => ({
  name,
  body,
  code: 'malformed_json',
});
const bytes = (name: string, text: string) => malformed(name, Buffer.from(text, 'latin1'));
const excessive = (name: string, body: string): Attack => ({ name, body, code: 'validation_failed' });
const noObject = (body: string) => excessive(body, body);
const unsupported = (type: string | undefined, headers: Record<string, string> = {}): Attack => ({
  ...{ name: `${String(type)} ${JSON.stringify(headers)}`, body: '{}', code: 'unsupported_media_type' },
  headers: { 'content-type': type, ...headers },
});
const tooLarge = (headers: Record<string, string>): Attack => ({
  ...{ name: `a byte too many ${JSON.stringify(headers)}`, code: 'body_too_large' },
  ...{ headers: { 'content-type': JSON_TYPE, ...headers }, body: `"${'x'.repeat(LIMIT_BYTES - 1)}"` },
});

/** What no route reads, whatever it would do with a body of another kind. */
const UNREADABLE: readonly Attack[] = [
  ...['{', '{"a":', '{"a":1', '{"a" 1}', '{"a":1}}', '{a:1}', "{'a':1}", '{"a":1,}'].map((text) =>
    malformed(text),
  ),
  ...['[1,2', '"a', 'nul', '\\', '{"a":1}{"a":1}', '{}//', '\0', '<a/>', 'a=1'].map((text) =>
    malformed(text),
  ),
  ...words("NaN Infinity -Infinity undefined 01 +1 .5 1. 0x10 1_000 'a' ٣").map((value) =>
    malformed(`{"a":${value}}`),
  ),
  ...[bytes('no UTF-8', '{"a":"\xff"}'), bytes('half a character', '{"a":"\xf0\x9f\x98"}')],
  ...[bytes('an overlong character', '{"a":"\xc0\xaf"}'), bytes('half a pair', '{"a":"\xed\xa0\x80"}')],
  malformed('UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le')),
  malformed('compressed, unsaid', gzipSync('{"a":1}')),
  malformed('40,000 open brackets', '['.repeat(40_000)),
  ...[17, 40_000].flatMap((depth) => [
    excessive(`${depth} lists`, nested('[', ']', depth)),
    excessive(`${depth} objects`, nested('{"a":', '}', depth)),
  ]),
  ...[excessive('85,000 objects', list('{}', 85_000)), excessive('120,000 numbers', list('1', 120_000))],
  excessive('20,000 members', members(20_000)),
  ...words('gzip br deflate identity,gzip canary').map((coding) =>
    unsupported(JSON_TYPE, { 'content-encoding': coding }),
  ),
  ...words('text/plain text/json application/x-www-form-urlencoded application/xml application/json5').map(
    (type) => unsupported(type),
  ),
  ...words('application/vnd.api+json multipart/form-data;boundary=x json */* a/b/c ,').map((type) =>
    unsupported(type),
  ),
  ...words('utf-16 iso-8859-1 "utf-7" utf-8-canary').map((charset) =>
    unsupported(`${JSON_TYPE}; charset=${charset}`),
  ),
  unsupported(undefined),
  ...[tooLarge({}), tooLarge({ 'transfer-encoding': 'chunked' })],
];

/** What a route that wants an object refuses. */
const NO_OBJECT: readonly Attack[] = [
  ...words('null 5 "x" true [] [{}] [null]').map(noObject),
  ...[
    excessive('9,000 members', members(9_000)),
    excessive('4,000 objects', `{"lines":${list('{}', 4_000)}}`),
  ],
  excessive('long names', `{"${'a'.repeat(60_000)}":1,"${'b'.repeat(60_000)}":{"c":1}}`),
];

const NOTHING = excessive('nothing', '');

describe('a body', () => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.open();
  }, 60_000);

  afterAll(() => target.close());

  async function expectRefusals(route: string, attacks: readonly Attack[]): Promise<void> {
    const faults = await Promise.all(
      attacks.map(async ({ name, code, ...change }) => {
        const heard = await target.send(route, change);
        return target.faultsOf(heard, [code]).map((fault) => `${name}: ${fault}`);
      }),
    );
    expect(faults.flat()).toEqual([]);
  }

  test.each(WRITING)('that cannot be read is refused by %s, and changes nothing', async (route) => {
    const before = await target.digest();
    await expectRefusals(route, UNREADABLE);
    expect(await target.digest()).toEqual(before);
  });

  test.each(WITH_BODY)('that is no object is refused by %s, and changes nothing', async (route) => {
    const before = await target.digest();
    const mayBeEmpty = target.contract.allows(target.contract.bodyOf(route) ?? {}, {});
    await expectRefusals(route, mayBeEmpty ? NO_OBJECT : [...NO_OBJECT, NOTHING]);
    expect(await target.digest()).toEqual(before);
  });

  test.each(WITH_BODY)('that is as large as may be is read by %s', async (route) => {
    const json = JSON.stringify(EXAMPLES[route]?.body?.(target.world));
    const heard = await target.send(route, { body: json.padEnd(LIMIT_BYTES) });
    expect([heard.status < 300, heard.text]).toEqual([true, heard.text]);
  });

  test('that is sent a byte at a time and never ends is given up, by every route', async () => {
    const faults = await Promise.all(
      WRITING.map(async (route) => {
        const { method, path, headers = {} } = target.request(route, { body: '' });
        const lines = Object.entries({ ...headers, host: 'x' }).map(([name, value]) => [
          name,
          ...[value].flat(),
        ]);
        const head = lines.map(([name, value]) => `${name ?? ''}: ${value ?? ''}\r\n`).join('');
        const request = `${method} ${path} HTTP/1.1\r\n${head}content-length: 9999\r\n\r\n`;
        const heard = await exchange(target.port, request, { dripMs: 200 });
        return target.faultsOf(heard, ['request_timeout']).map((fault) => `${route}: ${fault}`);
      }),
    );
    expect(faults.flat()).toEqual([]);
  });

  test('leaves the service unharmed', () => target.expectUnharmed());
});
