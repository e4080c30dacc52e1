import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { bigintColumn, booleanColumn, integerColumn, newIdColumn, textColumn, uuidColumn } from '#platform';
import { testPostgresUrl } from '../support/database.js';

const same = <T>(value: T): T => value;

describe('arrays in their binary form, as PostgreSQL reads them', () => {
  let client: Client;
  beforeAll(async () => {
    client = new Client({ connectionString: testPostgresUrl() });
    await client.connect();
  });
  afterAll(() => client.end());

  /** What the elements are to PostgreSQL, as text. */
  async function read(column: Buffer, type: string): Promise<(string | null)[]> {
    const unnested = `SELECT element::text FROM unnest($1::${type}[]) WITH ORDINALITY AS e (element, n) ORDER BY n`;
    const { rows } = await client.query<{ element: string | null }>(unnested, [column]);
    return rows.map(({ element }) => element);
  }

  test('UUIDs, in capitals too', async () => {
    const ids = Array.from({ length: 100 }, () => randomUUID());
    expect(await read(uuidColumn(ids, same), 'uuid')).toEqual(ids);
    expect(
      await read(
        uuidColumn([ids[0] ?? ''], (id) => id.toUpperCase()),
        'uuid',
      ),
    ).toEqual([ids[0]]);
  });

  test('what was written of late is not written again, and what differs in one element is', async () => {
    const ids = Array.from({ length: 50 }, () => randomUUID());
    const column = uuidColumn(ids, same);
    expect(uuidColumn([...ids], same)).toBe(column);
    const others = ids.with(49, randomUUID());
    expect(await read(uuidColumn(others, same), 'uuid')).toEqual(others);
    expect(await read(uuidColumn(ids.slice(0, 49), same), 'uuid')).toEqual(ids.slice(0, 49));
    expect(textColumn(ids, same)).toBe(textColumn(ids, same));
    expect(await read(textColumn(ids, same), 'text')).toEqual(ids); // and not the column of UUIDs
    const texts = [null, '', 'null'];
    expect(await read(textColumn(texts, same), 'text')).toEqual(texts);
    expect(await read(textColumn(texts.toReversed(), same), 'text')).toEqual(texts.toReversed());
  });

  test('long columns are not kept', () => {
    const texts = ['x'.repeat(200_000)];
    expect(textColumn(texts, same)).toEqual(textColumn(texts, same));
    expect(textColumn(texts, same)).not.toBe(textColumn(texts, same));
  });

  test('new identifiers, as others make them', async () => {
    const ids = await read(newIdColumn(1_000), 'uuid');
    expect(new Set(ids).size).toBe(1_000);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await read(newIdColumn(0), 'uuid')).toEqual([]);
  });

  test('elements that come again, next to each other and not', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    const ids = [one, one, other, one, other, other, other];
    expect(await read(uuidColumn(ids, same), 'uuid')).toEqual(ids);
    const texts = ['é', 'é', '', '', null, null, 'é', null, 'a longer one', 'a longer one', 'é'];
    expect(await read(textColumn(texts, same), 'text')).toEqual(texts);
  });

  test.each([
    '',
    'no id',
    `${randomUUID()}0`,
    randomUUID().replace(/.$/, 'g'),
    randomUUID().replace(/^./, 'é'),
    randomUUID().replace('-', '0'),
  ])('refuses %j as a UUID', (text) => {
    expect(() => uuidColumn([randomUUID(), text], same)).toThrow(TypeError);
  });

  test('texts of any kind, and NULL', async () => {
    const texts = [
      '',
      'plain',
      'NULL',
      '{"a": [1, "2"]}',
      '\\, "quoted"',
      'ünïcödé 🛒 漢字',
      null,
      ' ',
      'x'.repeat(10_000),
    ];
    expect(await read(textColumn(texts, same), 'text')).toEqual(texts);
  });

  test('integers', async () => {
    const numbers = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)];
    expect(await read(integerColumn(numbers, same), 'integer')).toEqual(numbers.map(String));
    expect(() => integerColumn([2 ** 31], same)).toThrow('out of range');
  });

  test('booleans', async () => {
    expect(await read(booleanColumn([true, false, true], same), 'boolean')).toEqual([
      'true',
      'false',
      'true',
    ]);
  });

  test('whole numbers up to 2^53, and NULL', async () => {
    const numbers = [
      0,
      1,
      -1,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
      -(2 ** 32) - 1,
      2 ** 53 - 1,
      -(2 ** 53) + 1,
      null,
    ];
    const texts = numbers.map((number) => (number === null ? null : String(number)));
    expect(await read(bigintColumn(numbers, same), 'bigint')).toEqual(texts);
  });

  test.each([NaN, 1.5, Infinity, undefined as unknown as number])(
    'refuses %p as a whole number',
    (number) => {
      expect(() => integerColumn([number], same)).toThrow('no whole number');
      expect(() => bigintColumn([number], same)).toThrow('no whole number');
    },
  );

  test('none at all', async () => {
    const none: never[] = [];
    expect(await read(uuidColumn(none, same), 'uuid')).toEqual([]);
    expect(await read(textColumn(none, same), 'text')).toEqual([]);
    expect(await read(integerColumn(none, same), 'integer')).toEqual([]);
    expect(await read(bigintColumn(none, same), 'bigint')).toEqual([]);
    expect(await read(booleanColumn(none, same), 'boolean')).toEqual([]);
  });
});
