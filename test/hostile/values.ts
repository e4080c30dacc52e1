/** The words of a line. */
export const words = (line: string): string[] => line.split(' ');

const text = (value: string) => JSON.stringify(value);

/** Values that no field takes, whatever the document says of it. What no body takes anywhere is thrown at bodies. */
export const POISON: readonly string[] = [
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '{"a":"\\u0000"}',
  '{"\\ud800":"a"}',
  '{"__proto__":{"admin":true}}',
  '{"\\u005f\\u005fproto\\u005f\\u005f":"a"}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"constructor":"a"}',
  '{"toString":"a"}',
  '{"hasOwnProperty":"a"}',
  '{"prototype":"a"}',
  text('x'.repeat(20_000)),
];

/** Values that most fields refuse, and that none may stumble over. */
export const ODD: readonly string[] = [
  ...['null', 'true', 'false'],
  ...['0', '-0', '-1', '0.5', '1e0', '1e3', '1e-7', '1e-400', '1e308', '-1e308', '1e999', '-1e999'],
  ...words('1001 2147483648 1000000001 9007199254740993 -9007199254740993 123456789012345678901234567890'),
  ...['"1"', '"-1"', '" 1 "', '"1e3"', '"0x10"', '"NaN"', '"Infinity"', '"true"', '"null"', '"١"'],
  ...['""', '" "', '"\\u00a0"', '"\\r\\n"', '"\\u202e\\u200b\\ufeff"', '"🦄"', '"\\ufffe"'],
  ...["' OR 1=1 --", "'; DROP TABLE item; --", '$1', '${jndi:ldap://canary}', '%s%d%n', '{{7*7}}'].map(text),
  ...['<script>alert(1)</script>', 'javascript:alert(1)', '//canary.example', '/\\canary.example'].map(text),
  ...['../../etc/passwd', '__proto__', 'constructor', 'canary\r\nSet-Cookie: a=b', 'x'.repeat(5_001)].map(
    text,
  ),
  ...['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'].map(text),
  ...['{01890000-0000-7000-8000-000000000000}', 'urn:uuid:01890000-0000-7000-8000-000000000000'].map(text),
  ...['2026-02-30T25:00:00Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59-23:59', '2026-01-01'].map(text),
  ...[
    '2026-12-01T12:00:00',
    '2026-W05-1',
    '+275760-09-13T00:00:00Z',
    `2026-01-01T00:00:00.${'1'.repeat(99)}Z`,
  ].map(text),
  ...['[]', '[null]', '[[]]', '[[{}]]', '[{}]', '["a"]', '[1]', '{}', '{"0":1}', '{"length":1}', '{"a":1}'],
  ...[
    '{"$ne":null}',
    '{"toJSON":"a"}',
    '{"then":"a"}',
    '{"amount":1}',
    '{"amount":"1","currency":"EUR"}',
    '[{"amount":1,"currency":"EUR"}]',
  ],
];

export interface Mutant {
  /** For whoever reads a failure. */
  readonly name: string;
  readonly text: string;
  /** Undefined where it is no JSON, or poison. */
  readonly value: unknown;
  readonly isPoison: boolean;
}

/** The body with each of its members, and itself, replaced by each value, left out, and joined by one that is unknown. */
export function mutantsOf(body: () => Record<string, unknown>): Mutant[] {
  return pathsOf(body()).flatMap((path) => [
    ...POISON.map((source) => mutant(`${nameOf(path)} = ${source}`, replaced(body(), path, source), true)),
    ...ODD.map((source) => mutant(`${nameOf(path)} = ${source}`, replaced(body(), path, source))),
    ...(path.length === 0 ? [] : [mutant(`${nameOf(path)} left out`, JSON.stringify(without(body(), path)))]),
    ...(isPlain(at(body(), path)) ? [mutant(`${nameOf(path)} with more`, joined(body(), path))] : []),
  ]);
}

function mutant(name: string, body: string, isPoison = false): Mutant {
  const title = name.length > 100 ? `${name.slice(0, 100)}… (${name.length})` : name;
  return { name: title, text: body, value: isPoison ? undefined : parsed(body), isPoison };
}

type Path = readonly string[];

const nameOf = (path: Path) => (path.length === 0 ? 'the body' : path.join('.'));

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...path, name]))];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((inner, name) => (inner as Record<string, unknown>)[name], value);
}

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const PLACE = '@place@';

function replaced(body: unknown, path: Path, source: string): string {
  const [name, parent] = [path.at(-1), at(body, path.slice(0, -1))];
  if (name === undefined) return source;
  (parent as Record<string, unknown>)[name] = PLACE;
  return JSON.stringify(body).replace(`"${PLACE}"`, () => source);
}

function without(body: unknown, path: Path): unknown {
  const parent = at(body, path.slice(0, -1)) as Record<string, unknown>;
  if (Array.isArray(parent)) parent.splice(Number(path.at(-1)), 1);
  else Reflect.deleteProperty(parent, path.at(-1) ?? '');
  return body;
}

function joined(body: unknown, path: Path): string {
  Object.assign(at(body, path) as object, { canary: 1 });
  return JSON.stringify(body);
}

function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
