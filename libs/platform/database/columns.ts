import { types } from 'pg';
import { ID_BYTES, writeNewId } from '../ids.js';

/**
 * Arrays as parameters, one for each column of what a statement unnests, in PostgreSQL's binary form (`array_recv`): in the
 * other form each element is text, which the driver quotes and the server parses, character by character.
 */

const { BOOL, UUID, TEXT, INT4, INT8 } = types.builtins;

const HEADER_BYTES = 20;
const NULL_LENGTH = -1;
/** More than the statements of a batch have of one type. */
const RECENT_COLUMNS = 12;
/** What is longer is written anew: it would be kept until others come. */
const RECENT_BYTES = 128 * 1024;
/** Where the hexadecimal digits of each byte stand in the text of a UUID. */
const UUID_DIGITS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const UUID_LENGTH = 36;
const HYPHEN = '-'.charCodeAt(0);

/** What a character is as a hexadecimal digit; negative when it is none. */
const DIGITS = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value += 1) {
  const digit = value.toString(16);
  DIGITS[digit.charCodeAt(0)] = value;
  DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}

/** A `uuid[]`, to be read alone: others may get the same one. @throws TypeError for a text that is no UUID */
export function uuidColumn<T>(of: readonly T[], element: (value: T) => string): Buffer {
  return recentUuids.column(of.map((value) => element(value)));
}

/** A `uuid[]` of new identifiers. */
export function newIdColumn(count: number): Buffer {
  const column = begin(UUID, count, (4 + ID_BYTES) * count);
  for (let at = HEADER_BYTES; at < column.length; at += ID_BYTES) {
    at = writeInt32(column, ID_BYTES, at);
    writeNewId(column, at);
  }
  return column;
}

/** A `text[]`, to be read alone: others may get the same one. Null becomes NULL. */
export function textColumn<T>(of: readonly T[], element: (value: T) => string | null): Buffer {
  return recentTexts.column(of.map((value) => element(value)));
}

/** An `integer[]`. @throws TypeError for what is no whole number, RangeError for one that does not fit */
export function integerColumn<T>(of: readonly T[], element: (value: T) => number): Buffer {
  const column = begin(INT4, of.length, 8 * of.length);
  let at = HEADER_BYTES;
  for (const value of of) {
    at = writeInt32(column, 4, at);
    at = writeInt32(column, int4(element(value)), at);
  }
  return column;
}

/** A `bigint[]`; null becomes NULL. @throws TypeError for what is no whole number that a double holds */
export function bigintColumn<T>(of: readonly T[], element: (value: T) => number | null): Buffer {
  const column = begin(INT8, of.length, 12 * of.length);
  let at = HEADER_BYTES;
  for (const value of of) {
    const number = element(value);
    if (number === null) {
      markNull(column);
      at = writeInt32(column, NULL_LENGTH, at);
    } else {
      at = writeInt32(column, 8, at);
      at = writeInt32(column, Math.floor(whole(number) / 2 ** 32), at);
      at = writeInt32(column, number >>> 0, at);
    }
  }
  return column.subarray(0, at);
}

/** A `boolean[]`. */
export function booleanColumn<T>(of: readonly T[], element: (value: T) => boolean): Buffer {
  const column = begin(BOOL, of.length, 5 * of.length);
  let at = HEADER_BYTES;
  for (const value of of) {
    at = writeInt32(column, 1, at);
    column[at] = element(value) ? 1 : 0;
    at += 1;
  }
  return column;
}

/**
 * The columns of late, each written once: the statements of a batch share its buyers, its orders and their keys. To see that
 * the texts are the same costs a fraction of writing them.
 */
class RecentColumns<Text extends string | null> {
  private readonly made: { readonly texts: readonly Text[]; readonly column: Buffer }[] = [];
  private readonly make: (texts: readonly Text[]) => Buffer;

  constructor(make: (texts: readonly Text[]) => Buffer) {
    this.make = make;
  }

  column(texts: readonly Text[]): Buffer {
    const known = this.made.find((recent) => areSame(recent.texts, texts));
    if (known) return known.column;
    const column = this.make(texts);
    if (column.length > RECENT_BYTES) return column;
    if (this.made.unshift({ texts, column }) > RECENT_COLUMNS) this.made.pop();
    return column;
  }
}

const recentUuids = new RecentColumns<string>(writeUuids);
const recentTexts = new RecentColumns<string | null>(writeTexts);

function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}

function writeUuids(texts: readonly string[]): Buffer {
  const column = begin(UUID, texts.length, (4 + ID_BYTES) * texts.length);
  let at = HEADER_BYTES;
  let before: string | undefined;
  for (const text of texts) {
    if (text === before) at = repeat(column, 4 + ID_BYTES, at);
    else at = writeUuid(column, text, writeInt32(column, ID_BYTES, at));
    before = text;
  }
  return column;
}

function writeTexts(texts: readonly (string | null)[]): Buffer {
  const lengths = texts.map((text) => (text === null ? NULL_LENGTH : Buffer.byteLength(text)));
  const column = begin(
    TEXT,
    texts.length,
    lengths.reduce((sum, length) => sum + 4 + Math.max(0, length), 0),
  );
  let at = HEADER_BYTES;
  for (const [index, text] of texts.entries()) {
    const length = lengths[index] ?? 0;
    if (text === texts[index - 1]) {
      at = repeat(column, 4 + Math.max(0, length), at);
    } else {
      at = writeInt32(column, length, at);
      if (text === null) markNull(column);
      else at += column.write(text, at);
    }
  }
  return column;
}

/** An array of one dimension, counted from 1, without its elements. */
function begin(type: number, count: number, bytes: number): Buffer {
  const column = Buffer.allocUnsafe(HEADER_BYTES + bytes);
  column.writeInt32BE(1, 0);
  column.writeInt32BE(0, 4);
  column.writeInt32BE(type, 8);
  column.writeInt32BE(count, 12);
  column.writeInt32BE(1, 16);
  return column;
}

/** Two's complement, the highest byte first. `Buffer.writeInt32BE` checks its number again, and takes five times as long. */
function writeInt32(column: Buffer, number: number, at: number): number {
  column[at] = number >>> 24;
  column[at + 1] = number >>> 16;
  column[at + 2] = number >>> 8;
  column[at + 3] = number;
  return at + 4;
}

/** The element before once more, at a fraction of what it took: a batch is often of one sale, one item, one currency. */
function repeat(column: Buffer, bytes: number, at: number): number {
  const end = at + bytes;
  for (let to = at; to < end; to += 1) column[to] = column[to - bytes] ?? 0;
  return end;
}

function whole(number: number): number {
  if (!Number.isSafeInteger(number)) throw new TypeError(`${number} is no whole number.`);
  return number;
}

function int4(number: number): number {
  if (whole(number) !== (number | 0)) throw new RangeError(`${number} is out of range for an integer.`);
  return number;
}

function markNull(column: Buffer): void {
  column.writeInt32BE(1, 4);
}

function writeUuid(column: Buffer, text: string, at: number): number {
  let seen = isHyphenated(text) ? 0 : -1;
  for (let index = 0; index < ID_BYTES; index += 1) {
    const position = UUID_DIGITS[index] ?? 0;
    const high = DIGITS[text.charCodeAt(position)] ?? -1;
    const low = DIGITS[text.charCodeAt(position + 1)] ?? -1;
    seen |= high | low;
    column[at + index] = (high << 4) | low;
  }
  if (seen < 0) throw new TypeError(`"${text}" is no UUID.`);
  return at + ID_BYTES;
}

function isHyphenated(text: string): boolean {
  return (
    text.length === UUID_LENGTH &&
    text.charCodeAt(8) === HYPHEN &&
    text.charCodeAt(13) === HYPHEN &&
    text.charCodeAt(18) === HYPHEN &&
    text.charCodeAt(23) === HYPHEN
  );
}
