import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { folderInMemory, startZooKeeper, type LocalZooKeeper } from '#local';
import { ZooKeeperLockProvider, type ZooKeeperLockProviderOptions } from '#lock/zookeeper';
import type { ChildProvider, StoreFaults } from '#lock/conformance';
import { ANY_VERSION, getChildren, multi } from '../../../libs/lock/providers/zookeeper/messages.js';
import { ZooKeeperPaths } from '../../../libs/lock/providers/zookeeper/paths.js';
import { ZooKeeperSession } from '../../../libs/lock/providers/zookeeper/zookeeper-session.js';
import { COMMAND_TIMEOUT_MS } from './consensus-subject.js';
import { CHILD_MODULE } from './redis-store.js';

/** A ZooKeeper of the test file's own, and what can be done to it. */
export class ZooKeeperStore {
  readonly root = `/test-${randomBytes(4).toString('hex')}`;
  private readonly directory: string;
  private server: LocalZooKeeper;

  private constructor(directory: string, server: LocalZooKeeper) {
    this.directory = directory;
    this.server = server;
  }

  static async start(): Promise<ZooKeeperStore> {
    const directory = folderInMemory('zookeeper');
    return new ZooKeeperStore(directory, await startZooKeeper({ directory }));
  }

  get options(): ZooKeeperLockProviderOptions {
    return { urls: [this.server.url], root: this.root, commandTimeoutMs: COMMAND_TIMEOUT_MS };
  }

  open(): ZooKeeperLockProvider {
    return new ZooKeeperLockProvider(this.options);
  }

  get child(): ChildProvider {
    return { module: CHILD_MODULE, argument: { provider: 'ZooKeeperLockProvider', options: this.options } };
  }

  get faults(): StoreFaults {
    return {
      stop: () => this.server.kill(),
      start: async () => {
        this.server = await startZooKeeper({ directory: this.directory, port: this.server.port });
      },
      pause: () => this.server.pause(),
      resume: () => this.server.resume(),
      loseEverything: () => this.remove(this.root),
      evict: (resource) => this.remove(new ZooKeeperPaths(this.root).lock(resource)),
    };
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** With all that is below it. */
  private async remove(path: string): Promise<void> {
    const ignore = () => undefined;
    const session = new ZooKeeperSession(
      { urls: [this.server.url], connectTimeoutMs: 1_000 },
      { changed: ignore, lost: ignore, ended: ignore },
    );
    const deadline = performance.now() + 10_000;
    const below = async (node: string): Promise<string[]> => {
      const names = await session.call(getChildren(node), deadline).catch((): string[] => []);
      return [...(await Promise.all(names.map((name) => below(`${node}/${name}`)))).flat(), node];
    };
    for (const node of await below(path)) {
      await session.call(multi([{ remove: node, version: ANY_VERSION }], false), deadline);
    }
    await session.close();
  }
}
