import { ANY_VERSION, type Change, type NodeStat } from './messages.js';
import type { Place } from './paths.js';
import { HELD_BY_NOBODY, textOf, type Held, type LockState } from './records.js';

/** A node and how old its data is at least. */
export interface Node<Data> {
  readonly path: string;
  readonly data: Data;
  readonly stat: NodeStat;
  readonly ageMs: number;
}

/** One lock as it was just seen. */
export interface Look {
  readonly resource: string;
  /** As long as both are the same, no lock was removed: a node's versions count anew when it is made again. */
  readonly session: number;
  readonly generation: number;
  readonly path: string;
  /** undefined: it was never taken. */
  readonly node: Node<LockState> | undefined;
  /** Who holds it: several where they share it, and nobody whose lease is over. */
  readonly holders: readonly Holder[];
  /** First come first. */
  readonly places: readonly Place[];
}

export interface Holder extends Held {
  /** For how much longer, unless the lease is renewed. */
  readonly restMs: number;
}

export function holderIn({ holders }: Look, token: string): Holder | undefined {
  return holders.find((holder) => holder.token === token);
}

export function isHeldBy(token: string, looks: readonly Look[]): boolean {
  return looks.every((look) => holderIn(look, token) !== undefined);
}

/** The lock as it was, but for its holders. */
export function withHolders({ node }: Look, holders: readonly Held[]): LockState {
  const { fence, permits } = node?.data ?? HELD_BY_NOBODY;
  return { fence, permits, holders };
}

/** Unless somebody else has written it since it was seen. The last of the changes tells what is kept about it. */
export function write({ path, node }: Look, state: LockState): Change[] {
  const set = { set: path, data: textOf(state), version: node?.stat.version ?? 0 };
  return node ? [set] : [{ create: path, data: '' }, set];
}

/** Of the claim's places. */
export function removals(looks: readonly Look[], token: string): Change[] {
  return looks.flatMap(({ places }) =>
    places
      .filter((place) => place.token === token)
      .map(({ path }): Change => ({ remove: path, version: ANY_VERSION })),
  );
}
