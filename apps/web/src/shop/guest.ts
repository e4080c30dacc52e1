import type { Guest } from '#client';
import { forget, read, write } from '../shared/storage.js';
import { api } from './api.js';
import { replyOf, type Reply } from './reply.js';

/** The buyer that this browser is. A shop with a sign-in of its own replaces this file. */
export interface Buyer extends Pick<Guest, 'buyerId' | 'token'> {
  /** Tells this browser from the buyer's others, in the keys of what it orders. */
  readonly browser: string;
}

const NAME = 'holdfast.guest';
let arriving: Promise<Buyer | Reply<unknown>> | undefined;

export function knownBuyer(): Buyer | null {
  const kept = read(NAME);
  const isBuyer = typeof kept === 'object' && kept !== null && 'token' in kept && 'browser' in kept;
  return isBuyer ? (kept as Buyer) : null;
}

export function forgetBuyer(): void {
  forget(NAME);
}

/** The known buyer, else a new one; tabs that ask at once become the same. @returns the refusal where there is none */
export function ensureBuyer(): Promise<Buyer | Reply<unknown>> {
  const known = knownBuyer();
  if (known) return Promise.resolve(known);
  arriving ??= alone(becomeBuyer).finally(() => (arriving = undefined));
  return arriving;
}

export function isBuyer(found: Buyer | Reply<unknown>): found is Buyer {
  return 'token' in found;
}

export function asBuyer({ token }: Buyer): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

async function becomeBuyer(): Promise<Buyer | Reply<unknown>> {
  const known = knownBuyer(); // another tab was first
  if (known) return known;
  const reply = await replyOf(api.POST('/v1/auth/guest'));
  if (!reply.data) return reply;
  const buyer: Buyer = { ...reply.data, browser: newName() };
  write(NAME, buyer);
  return buyer;
}

/** One tab at a time, where the browser has locks: it has none for a page that was opened by a machine's name. */
function alone<Result>(work: () => Promise<Result>): Promise<Result> {
  const locks = (navigator as Partial<Navigator>).locks;
  return locks ? locks.request(NAME, work) : work();
}

function newName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12)); // randomUUID has the same condition as locks
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
