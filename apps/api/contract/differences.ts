/** As much of an OpenAPI document as is looked at here. */
export interface Document {
  readonly paths?: Readonly<Record<string, object>>;
  readonly components?: Readonly<Record<string, object>>;
}

/** Where two documents differ, a line each: the operation or component, and the first place in it. */
export function differencesBetween(committed: Document, yielded: Document): string[] {
  const before = partsOf(committed);
  const after = partsOf(yielded);
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => {
    if (!before.has(name)) return [`${name} is new`];
    if (!after.has(name)) return [`${name} is gone`];
    const place = firstDifference(before.get(name), after.get(name));
    return place === undefined ? [] : [[`${name} has changed`, ...place].join(' › ')];
  });
}

/** `GET /v1/sales`, `schemas OrderView`, and the document's other members. */
function partsOf({ paths = {}, components = {}, ...others }: Document): Map<string, unknown> {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
    ),
  );
  const named = Object.entries(components).flatMap(([kind, members]) =>
    Object.entries(members).map(([name, member]) => [`${kind} ${name}`, member] as const),
  );
  return new Map<string, unknown>([...operations, ...named, ...Object.entries(others)]);
}

/** The members that lead to it; undefined where there is none. */
function firstDifference(before: unknown, after: unknown): string[] | undefined {
  if (!isComposed(before) || !isComposed(after)) return before === after ? undefined : [];
  if (Array.isArray(before) !== Array.isArray(after)) return [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const place = firstDifference(before[name], after[name]);
    if (place) return [name, ...place];
  }
  return undefined;
}

function isComposed(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
