import { randomBytes, randomUUID } from 'node:crypto';
import { startEtcd, type LocalEtcd } from '#local';
import type { ClaimEvent, Grant, LockClaim, LockProvider, LockRequest } from '#lock';
import { EtcdLockProvider, type EtcdLockProviderOptions } from '#lock/etcd';

/** An etcd of the test file's own, and for each test keys of its own. */
export class EtcdLab {
  readonly server: LocalEtcd;
  private prefix = newPrefix();
  private readonly closers: (() => unknown)[] = [];

  private constructor(server: LocalEtcd) {
    this.server = server;
  }

  static async open(): Promise<EtcdLab> {
    return new EtcdLab(await startEtcd());
  }

  /** As a process of its own would have one; with a timeout that a busy machine keeps. */
  provider(options: Partial<EtcdLockProviderOptions> = {}): EtcdLockProvider {
    const provider = new EtcdLockProvider({
      urls: [this.server.url],
      keyPrefix: this.prefix,
      commandTimeoutMs: 5_000,
      ...options,
    });
    this.closers.push(() => provider.close());
    return provider;
  }

  request(resources: string | readonly string[], options: Partial<LockRequest> = {}): LockRequest {
    const list = typeof resources === 'string' ? [resources] : resources;
    return {
      resources: list,
      token: randomUUID(),
      leaseMs: 10_000,
      owner: 'test',
      floors: list.map(() => 0),
      placeMs: 0,
      replicaAcks: 0,
      ...options,
    };
  }

  /** What a claim hears from now on. */
  hear(provider: LockProvider, claim: LockClaim, options?: { atOnce: boolean }): ClaimEvent[] {
    const heard: ClaimEvent[] = [];
    const end = provider.watch(claim, (event) => void heard.push(event), options);
    this.closers.push(end);
    return heard;
  }

  /** Closes what the test opened; the next one has other keys. */
  async cleanUp(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
    this.prefix = newPrefix();
  }

  async close(): Promise<void> {
    await this.server.stop();
  }
}

/** @throws when it is refused */
export async function granted(provider: LockProvider, request: LockRequest): Promise<Grant> {
  const answer = await provider.acquire(request);
  if (!answer.granted) throw new Error(`${answer.resource} is held by another`);
  return answer;
}

/**
 * Lets nobody in who has no password, and a user to the keys below a prefix alone.
 * @returns asks etcd as its root
 */
export async function withUser(
  url: string,
  { name, password, prefix }: { name: string; password: string; prefix: string },
): Promise<(route: string, body: object) => Promise<{ token?: string }>> {
  const session: { token?: string } = {};
  const ask = async (route: string, body: object): Promise<{ token?: string }> => {
    const headers = session.token === undefined ? {} : { authorization: session.token };
    const response = await fetch(url + route, { method: 'POST', body: JSON.stringify(body), headers });
    if (!response.ok) throw new Error(`${route}: ${await response.text()}`);
    return (await response.json()) as { token?: string };
  };
  for (const [user, secret] of [
    ['root', 'root'],
    [name, password],
  ]) {
    await ask('/v3/auth/role/add', { name: user });
    await ask('/v3/auth/user/add', { name: user, password: secret });
    await ask('/v3/auth/user/grant', { user, role: user });
  }
  const [key, end] = [prefix, `${prefix.slice(0, -1)}0`].map((text) => Buffer.from(text).toString('base64'));
  await ask('/v3/auth/role/grant', { name, perm: { permType: 'READWRITE', key, range_end: end } });
  await ask('/v3/auth/enable', {});
  Object.assign(session, await ask('/v3/auth/authenticate', { name: 'root', password: 'root' }));
  return ask;
}

export function urlOf(server: string, user: string, password: string): string {
  return Object.assign(new URL(server), { username: user, password }).href;
}

function newPrefix(): string {
  return `test-${randomBytes(4).toString('hex')}/`;
}
