import { LockUnavailableError } from '../../errors.js';
import { NodeFailure, type LostBallot } from './quorum-script.js';
import type { RedlockNode } from './redlock-node.js';

/** How many make a majority. */
export function quorumOf(all: readonly unknown[]): number {
  return Math.floor(all.length / 2) + 1;
}

/** No majority voted. @param outcome by default: whether a node may have applied its part, or yet will */
export function unavailable(
  resources: readonly string[],
  { votesFor, failures }: Pick<LostBallot, 'votesFor' | 'failures'>,
  outcome: 'unknown' | 'none' = votesFor > 0 || failures.some(({ mayApply }) => mayApply)
    ? 'unknown'
    : 'none',
): LockUnavailableError {
  const reasons = failures.map(({ message }) => message).join('; ');
  const cause = new AggregateError(failures, `no majority of nodes: ${reasons}`);
  return new LockUnavailableError(resources, cause, outcome);
}

/** Asks all nodes the same. @throws LockUnavailableError unless a majority answers */
export async function askAll<Answer>(
  nodes: readonly RedlockNode[],
  question: (node: RedlockNode) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const failures: NodeFailure[] = [];
  await Promise.all(
    nodes.map((node) =>
      question(node).then(
        (answer) => answers.push(answer),
        (error: unknown) => failures.push(new NodeFailure(node.name, error)),
      ),
    ),
  );
  if (answers.length >= quorumOf(nodes)) return answers;
  throw unavailable([], { votesFor: answers.length, failures });
}
