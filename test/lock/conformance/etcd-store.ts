import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { startEtcd, folderInMemory, type LocalEtcd } from '#local';
import { EtcdLockProvider, type EtcdLockProviderOptions } from '#lock/etcd';
import type { ChildProvider, StoreFaults } from '#lock/conformance';
import { COMMAND_TIMEOUT_MS } from './consensus-subject.js';
import { CHILD_MODULE } from './redis-store.js';

/** An etcd of the test file's own, and what can be done to it. */
export class EtcdStore {
  readonly prefix = `test-${randomBytes(4).toString('hex')}/`;
  private readonly directory: string;
  private server: LocalEtcd;

  private constructor(directory: string, server: LocalEtcd) {
    this.directory = directory;
    this.server = server;
  }

  static async start(): Promise<EtcdStore> {
    const directory = folderInMemory('etcd');
    return new EtcdStore(directory, await startEtcd({ directory }));
  }

  get url(): string {
    return this.server.url;
  }

  get options(): EtcdLockProviderOptions {
    return { urls: [this.url], keyPrefix: this.prefix, commandTimeoutMs: COMMAND_TIMEOUT_MS };
  }

  open(): EtcdLockProvider {
    return new EtcdLockProvider(this.options);
  }

  get child(): ChildProvider {
    return { module: CHILD_MODULE, argument: { provider: 'EtcdLockProvider', options: this.options } };
  }

  get faults(): StoreFaults {
    return {
      stop: () => this.server.kill(),
      start: async () => {
        this.server = await startEtcd({ directory: this.directory, port: this.server.port });
      },
      pause: () => this.server.pause(),
      resume: () => this.server.resume(),
      loseEverything: () => this.remove('\0', '\0'), // from the first key to the end
      evict: (resource) =>
        this.remove(`${this.prefix}queue/${resource}\0`, `${this.prefix}queue/${resource}\u0001`),
      refusals: [
        {
          name: 'NOSPACE, as a store that is full says',
          message: /space exceeded/,
          begin: () => this.alarm('ACTIVATE'),
          end: () => this.alarm('DEACTIVATE'),
        },
      ],
    };
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  private remove(key: string, end: string): Promise<void> {
    return this.call('/v3/kv/deleterange', { key: base64(key), range_end: base64(end) });
  }

  private alarm(action: 'ACTIVATE' | 'DEACTIVATE'): Promise<void> {
    return this.call('/v3/maintenance/alarm', { action, alarm: 'NOSPACE', memberID: '0' });
  }

  private async call(route: string, body: object): Promise<void> {
    const response = await fetch(this.url + route, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
    await response.text();
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
