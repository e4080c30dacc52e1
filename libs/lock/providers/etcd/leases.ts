import type { EtcdClient } from './etcd-client.js';
import { LeaseGoneError } from './etcd-errors.js';

/** A lease in etcd, for what one claim has there. */
export interface Lease {
  readonly id: string;
  readonly ttlSec: number;
  /** On the monotonic clock, when the last renewal that etcd confirmed was sent. */
  renewedAt: number;
}

/**
 * etcd may end a lease this much later than ours ends. It ends what nobody buries: by default it checks every half second,
 * and counts whole seconds, two at least. And a leader that hangs must not end what is renewed at the next one meanwhile.
 */
const SPARE_SEC = 10;
/** A lease that was renewed so recently outlasts ours without another renewal. */
const RECENT_MS = (SPARE_SEC * 1_000) / 2;
/** A lease with less than this left is not used again. */
const MIN_REST_MS = 2_000;
const MAX_UNUSED = 256;
/** The last fence of a resource is kept for one to two hours after its last grant; then the clock alone carries it on. */
const MEMORY_SEC = 2 * 60 * 60;

/** The leases in etcd that this process has. One that its claim has left empty serves the next claim. */
export class Leases {
  private readonly client: EtcdClient;
  private readonly unused = new Map<number, Lease[]>();
  private forFences: Promise<Lease> | undefined;

  constructor(client: EtcdClient) {
    this.client = client;
  }

  /** One that outlasts `lifeMs` whenever it is renewed. */
  async take(lifeMs: number, deadline: number): Promise<Lease> {
    const ttlSec = Math.ceil(lifeMs / 1_000) + SPARE_SEC;
    const lease = this.unused.get(ttlSec)?.pop();
    if (lease && restMs(lease) > MIN_REST_MS) return lease;
    this.unused.delete(ttlSec); // the others are older still
    return this.grant(ttlSec, deadline);
  }

  /** Nothing hangs on it any more. */
  giveBack(lease: Lease): void {
    const unused = this.unused.get(lease.ttlSec) ?? [];
    this.unused.set(lease.ttlSec, unused);
    if (unused.length < MAX_UNUSED && restMs(lease) > MIN_REST_MS) unused.push(lease);
  }

  /** For what outlives the claims: one for all that ask at once. */
  async ofFences(deadline: number): Promise<string> {
    const asked = (this.forFences ??= this.grant(MEMORY_SEC, deadline));
    const lease = await asked.catch((error: unknown) => {
      if (this.forFences === asked) this.forFences = undefined;
      throw error;
    });
    if (restMs(lease) > (MEMORY_SEC * 1_000) / 2) return lease.id;
    if (this.forFences === asked) this.forFences = undefined;
    return this.ofFences(deadline);
  }

  /** How long before `since` the lease was renewed; undefined: so long ago that it must be renewed again. */
  leadMs({ renewedAt }: Lease, since: number): number | undefined {
    const leadMs = Math.max(0, since - renewedAt);
    return leadMs < RECENT_MS ? leadMs : undefined;
  }

  /**
   * Sees to it that the lease is counted from `since` or later.
   * @throws LeaseGoneError
   */
  async renew(lease: Lease, since: number, deadline: number): Promise<void> {
    if (lease.renewedAt >= since) return;
    const sentAt = performance.now();
    if (!(await this.client.keepAlive(lease.id, deadline))) throw new LeaseGoneError('the lease has ended');
    lease.renewedAt = sentAt;
  }

  /** etcd has lost one: none is believed any more. */
  forget(): void {
    this.unused.clear();
    this.forFences = undefined;
  }

  private async grant(ttlSec: number, deadline: number): Promise<Lease> {
    const renewedAt = performance.now();
    return { id: await this.client.grantLease(ttlSec, deadline), ttlSec, renewedAt };
  }
}

function restMs({ renewedAt, ttlSec }: Lease): number {
  return renewedAt + ttlSec * 1_000 - performance.now();
}
