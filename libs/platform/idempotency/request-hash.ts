import { hash } from 'node:crypto';

/** A digest of a validated body that does not depend on the order of object members. */
export function hashRequest(body: unknown): string {
  return hash('sha256', canonicalJson(body), 'base64url');
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) return canonicalObject(value as Record<string, unknown>);
  return JSON.stringify(value);
}

/** Of each order's body: lists of its members would be a tenth of what the order leaves to the garbage collector. */
function canonicalObject(value: Readonly<Record<string, unknown>>): string {
  let members = '';
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}
