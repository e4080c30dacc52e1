import Redlock, { ExecutionError, Lock, ResourceLockedError } from 'redlock';
import { isReply } from '../redis/redis-connection.js';
import { NotSentError } from './node-connection.js';
import { HeldByOtherError, type NodeClient } from './redlock-node.js';

/** What came of one attempt on all nodes. */
export type Ballot = { readonly passed: true } | LostBallot;

export interface LostBallot {
  readonly passed: false;
  /** Nodes that applied the script. */
  readonly votesFor: number;
  /** Nodes that answered that it does not apply: somebody else, or nobody, holds the lock there. */
  readonly refusals: number;
  /** The first key that another holds on some node, where the script tells. */
  readonly heldIndex: number;
  /** One for each node that did not vote. */
  readonly failures: readonly NodeFailure[];
}

/**
 * Runs one script on all nodes and counts the votes, through the `redlock` package. Its `acquire` cannot be used: it
 * makes a value of its own, where an attempt must be repeatable under the caller's token; it measures by the wall clock
 * and returns a lock that has ended already; and after a failure it waits for nodes that hang a second time. `extend`
 * is its public way to let the nodes vote on a value that is ours. It is tried once: the core repeats.
 */
export class QuorumScript {
  private readonly redlock: Redlock<NodeClient>;

  constructor(clients: readonly NodeClient[], text: string) {
    const replace = (): string => text; // a string, which its types allow, would be ignored
    this.redlock = new Redlock(clients, { retryCount: 0 }, { extendScript: replace, releaseScript: replace });
  }

  /** Its ARGV are `value` and `lifeMs`. It settles when a quorum is for it, or when all nodes have voted or timed out. */
  apply(keys: readonly string[], value: string, lifeMs: number): Promise<Ballot> {
    return this.count(this.redlock.extend(this.lock(keys, value), lifeMs));
  }

  /** Its ARGV is `value`. Settles as `apply` does. */
  release(keys: readonly string[], value: string): Promise<Ballot> {
    return this.count(this.redlock.release(this.lock(keys, value)));
  }

  private lock(keys: readonly string[], value: string): Lock<NodeClient> {
    return new Lock(this.redlock, keys, value, [], Infinity); // the wall clock is not asked
  }

  private async count(execution: Promise<unknown>): Promise<Ballot> {
    try {
      await execution;
      return { passed: true };
    } catch (error) {
      const [attempt] = error instanceof ExecutionError ? error.attempts : [];
      if (!attempt) throw error;
      const { votesFor, votesAgainst } = await attempt;
      return { passed: false, votesFor: votesFor.size, ...sortVotes(votesAgainst as Map<NodeClient, Error>) };
    }
  }
}

function sortVotes(
  votesAgainst: ReadonlyMap<NodeClient, Error>,
): Pick<LostBallot, 'refusals' | 'heldIndex' | 'failures'> {
  let refusals = 0;
  let heldIndex = Infinity;
  const failures: NodeFailure[] = [];
  for (const [{ node }, error] of votesAgainst) {
    if (error instanceof HeldByOtherError) heldIndex = Math.min(heldIndex, error.index);
    if (error instanceof HeldByOtherError || error instanceof ResourceLockedError) refusals += 1;
    else failures.push(new NodeFailure(node.name, error));
  }
  return { refusals, heldIndex, failures };
}

/** Why a node did not vote. */
export class NodeFailure extends Error {
  override readonly name = 'NodeFailure';
  /** Whether the node may have applied the script, or yet will. */
  readonly mayApply: boolean;

  constructor(nodeName: string, cause: unknown) {
    super(`${nodeName}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.mayApply = !isReply(cause) && !(cause instanceof NotSentError);
  }
}
