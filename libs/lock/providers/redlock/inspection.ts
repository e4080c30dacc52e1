import type { LockInfo } from '../../provider.js';
import { askAll, quorumOf } from './quorum.js';
import type { RedlockNode } from './redlock-node.js';

/** Keys that are asked for at once. */
const PAGE_SIZE = 500;
/** Keys of one node that are looked at; what lies beyond is not listed. */
const MAX_KEYS = 100_000;

interface Found {
  readonly key: string;
  readonly value: string;
  readonly remainingMs: number;
}

/** The locks that a majority of the nodes has. It walks over all keys of each node: for people, not for the hot path. */
export async function listLocks(
  nodes: readonly RedlockNode[],
  keyPrefix: string,
  limit: number,
): Promise<LockInfo[]> {
  const answers = await askAll(nodes, (node) => lockKeysOf(node, keyPrefix));
  const quorum = quorumOf(nodes);
  const byHolder = new Map<string, Found[]>();
  for (const found of answers.flat()) {
    const holder = `${found.key} ${found.value.split(' ', 1)[0] ?? ''}`;
    byHolder.set(holder, [...(byHolder.get(holder) ?? []), found]);
  }
  return [...byHolder.values()]
    .filter((votes) => votes.length >= quorum)
    .slice(0, limit)
    .map((votes) => describe(votes, keyPrefix, quorum));
}

async function lockKeysOf(node: RedlockNode, keyPrefix: string): Promise<Found[]> {
  const pattern = `${keyPrefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
  const found = new Map<string, Found>(); // SCAN may name a key twice
  let cursor = '0';
  do {
    const [next, keys] = await node.send((client) =>
      client.scan(cursor, 'MATCH', pattern, 'COUNT', PAGE_SIZE),
    );
    cursor = next;
    const page = await node.send((client) =>
      Promise.all(keys.map((key) => Promise.all([client.get(key), client.pttl(key)]))),
    );
    for (const [index, [value, remainingMs]] of page.entries()) {
      const key = keys[index];
      if (key !== undefined && value !== null && remainingMs > 0) found.set(key, { key, value, remainingMs });
    }
  } while (cursor !== '0' && found.size < MAX_KEYS);
  return [...found.values()];
}

function describe(votes: readonly Found[], keyPrefix: string, quorum: number): LockInfo {
  const [{ key, value } = { key: '', value: '' }] = votes;
  const [token = '', acquiredAtUs = '0'] = value.split(' ', 2);
  const earliestFirst = votes.map((vote) => Number(vote.value.split(' ', 2)[1])).sort((a, b) => a - b);
  const resource = key.slice(keyPrefix.length);
  const longestFirst = votes.map(({ remainingMs }) => remainingMs).sort((a, b) => b - a);
  return {
    resource,
    resources: [resource],
    token,
    owner: value.slice(token.length + acquiredAtUs.length + 2),
    fence: null,
    acquiredAtMs: Math.floor((earliestFirst[quorum - 1] ?? 0) / 1_000), // then the majority was reached
    expiresAtMs: Date.now() + (longestFirst[quorum - 1] ?? 0), // then it is gone
    waiters: 0,
  };
}
