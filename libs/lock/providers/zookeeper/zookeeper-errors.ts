import { LockUnavailableError } from '../../errors.js';

/** Nothing was sent: no server could be connected to in time. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
}

/** It was sent, and the connection broke or no answer came in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

const NO_NODE = -101;
export const SESSION_EXPIRED = -112;
/** No such node, another version, there already, has children; and what was seen in a session that is over. */
const CONFLICTS = new Set([NO_NODE, -103, -110, -111, SESSION_EXPIRED]);
const NAMES: Readonly<Record<number, string>> = {
  [-4]: 'connection loss',
  [-5]: 'a message that ZooKeeper cannot read',
  [-6]: 'unimplemented: ZooKeeper 3.5 or newer is needed',
  [-7]: 'timeout',
  [-8]: 'bad arguments',
  [NO_NODE]: 'no such node',
  [-102]: 'permission denied',
  [-103]: 'the node was changed',
  [-110]: 'the node is there already',
  [-111]: 'the node has children',
  [SESSION_EXPIRED]: 'the session has expired',
  [-114]: 'the access list is not valid: no credentials are known',
  [-115]: 'the credentials were refused',
  [-119]: 'the server only reads',
  [-125]: 'a quota is used up',
};

/** ZooKeeper answered with an error, and changed nothing. */
export class ZooKeeperReplyError extends Error {
  override readonly name = 'ZooKeeperReplyError';
  /** As org.apache.zookeeper.KeeperException.Code has it. */
  readonly code: number;

  constructor(code: number) {
    super(NAMES[code] ?? `error ${code}`);
    this.code = code;
  }
}

export function isNoNode(error: unknown): boolean {
  return error instanceof ZooKeeperReplyError && error.code === NO_NODE;
}

/** What was compared, read before or created has changed meanwhile: worth another look. */
export function isConflict(error: unknown): boolean {
  return error instanceof ZooKeeperReplyError && CONFLICTS.has(error.code);
}

/** @returns undefined when it failed for such a change, and has changed nothing itself */
export async function unlessItChanged<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}

export function unavailable(resources: readonly string[], error: unknown): LockUnavailableError {
  if (error instanceof LockUnavailableError) return error;
  const notApplied = error instanceof NotSentError || error instanceof ZooKeeperReplyError;
  return new LockUnavailableError(resources, error, notApplied ? 'none' : 'unknown');
}
