import { randomBytes, randomUUID } from 'node:crypto';
import type { ClaimEvent, Grant, LockClaim, LockProvider, LockRequest } from '#lock';

/** A store of the test file's own, and for each test a part of it that no other one sees. */
export class ProviderLab<Options, Provider extends LockProvider> {
  /** Of the test that runs. */
  space = newSpace();
  private readonly make: (space: string, options: Partial<Options>) => Provider;
  private readonly closers: (() => unknown)[] = [];

  /** @param make opens a provider that keeps to the space */
  constructor(make: (space: string, options: Partial<Options>) => Provider) {
    this.make = make;
  }

  /** As a process of its own would have one; with a timeout that a busy machine keeps. */
  provider(options: Partial<Options> = {}): Provider {
    const provider = this.make(this.space, options);
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

  /** Closes what the test opened; the next one has another space. */
  async cleanUp(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
    this.space = newSpace();
  }
}

/** @throws when it is refused */
export async function granted(provider: LockProvider, request: LockRequest): Promise<Grant> {
  const answer = await provider.acquire(request);
  if (!answer.granted) throw new Error(`${answer.resource} is held by another`);
  return answer;
}

function newSpace(): string {
  return `test-${randomBytes(4).toString('hex')}`;
}
