import { createHash } from 'node:crypto';
import { LockTicketError } from './errors.js';
import type { LockClaim } from './provider.js';

/** What another process needs in order to take a lock over. Whoever has it can: it belongs into the job's data alone. */
export interface HandOver extends LockClaim {
  readonly provider: string;
  readonly leaseMs: number;
}

const VERSION = 'h1';
const CHECKSUM_LENGTH = 22; // 128 bits
const MAX_LENGTH = 1_000_000;

/** @returns `h1.<content>.<checksum>`, of letters, digits, `-`, `_` and `.` */
export function toTicket({ provider, resources, token, leaseMs }: HandOver): string {
  const content = Buffer.from(JSON.stringify([provider, resources, token, leaseMs])).toString('base64url');
  return `${VERSION}.${content}.${checksum(content)}`;
}

/** @throws LockTicketError unless it is exactly what `toTicket` made */
export function fromTicket(ticket: string): HandOver {
  if (typeof ticket !== 'string' || ticket.length > MAX_LENGTH) throw malformed();
  const [version, content = '', sum, ...more] = ticket.split('.');
  if (version !== VERSION || more.length > 0 || sum !== checksum(content)) throw malformed();
  const fields: unknown = JSON.parse(Buffer.from(content, 'base64url').toString());
  if (!Array.isArray(fields)) throw malformed();
  const [provider, resources, token, leaseMs] = fields as [string, string[], string, number];
  return { provider, resources, token, leaseMs };
}

/** Against accidents; nobody who could forge it lacks the token that the store compares. */
function checksum(content: string): string {
  return createHash('sha256').update(`${VERSION}.${content}`).digest('base64url').slice(0, CHECKSUM_LENGTH);
}

function malformed(): LockTicketError {
  return new LockTicketError([], 'was altered or cut short');
}
