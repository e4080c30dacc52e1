import type { SharedValues } from '../../provider.js';
import { askAll, quorumOf } from './quorum.js';
import type { RedlockNode } from './redlock-node.js';

/**
 * Values that a majority of nodes has. A value that only a minority has is none: it may be an older one that those nodes
 * kept while they could not be reached, and to load it again is safer than to show it.
 */
export class RedlockValues implements SharedValues {
  private readonly nodes: readonly RedlockNode[];
  private readonly keyPrefix: string;

  constructor(nodes: readonly RedlockNode[], keyPrefix: string) {
    this.nodes = nodes;
    this.keyPrefix = keyPrefix;
  }

  async get(key: string): Promise<{ value: string; remainingMs: number } | undefined> {
    const name = this.keyPrefix + key;
    const answers = await askAll(this.nodes, async (node) => {
      const [value, remainingMs] = await node.send((client) =>
        Promise.all([client.get(name), client.pttl(name)]),
      );
      return { value, remainingMs };
    });
    for (const { value } of answers) {
      const same = answers.filter((answer) => answer.value === value && answer.remainingMs > 0);
      if (value === null || same.length < quorumOf(this.nodes)) continue;
      return { value, remainingMs: Math.min(...same.map((answer) => answer.remainingMs)) };
    }
    return undefined;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    const name = this.keyPrefix + key;
    await askAll(this.nodes, (node) =>
      node.send((client) => client.set(name, value, 'PX', Math.ceil(ttlMs))),
    );
  }

  async delete(key: string): Promise<void> {
    const name = this.keyPrefix + key;
    await askAll(this.nodes, (node) => node.send((client) => client.del(name)));
  }
}
