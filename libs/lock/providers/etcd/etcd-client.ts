import { EtcdConnection, type EtcdAddress } from './etcd-connection.js';
import { RevisionClock } from './revision-clock.js';
import { encoded, run, type KeyRange, type Operation, type Transaction } from './transaction.js';

export interface KeyValue {
  readonly key: string;
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
  /** The lease that it hangs on; `0`: none. */
  readonly lease: string;
}

/** What one operation of a transaction has read; nothing for those that write. */
export interface Found {
  readonly entries: readonly KeyValue[];
}

export interface TransactionReply {
  /** Which of the two lists was applied. */
  readonly succeeded: boolean;
  readonly revision: number;
  /** In the order of that list. */
  readonly results: readonly Found[];
}

/** The keys that are watched, and what they lie in. Events of others in it are told too. */
export interface WatchTarget {
  readonly range: KeyRange;
  readonly keys: readonly string[];
  /** When they were seen. */
  readonly seenAtRevision: number;
  /** Nothing else is told. */
  readonly removals: boolean;
}

export type WatchEvent = { readonly put: KeyValue } | { readonly removed: string };

interface Header {
  readonly cluster_id: string;
  readonly revision: string;
  readonly raft_term?: string;
}

interface RawKeyValue {
  readonly key: string;
  readonly value?: string;
  readonly create_revision: string;
  readonly mod_revision: string;
  readonly lease?: string;
}

interface RawTransactionReply {
  readonly header: Header;
  readonly succeeded?: boolean;
  readonly responses?: readonly { response_range?: { kvs?: readonly RawKeyValue[] } }[];
}

interface RawWatchReply {
  readonly result?: {
    readonly header: Header;
    readonly created?: boolean;
    readonly canceled?: boolean;
    readonly events?: readonly { readonly type?: 'DELETE'; readonly kv: RawKeyValue }[];
  };
}

const READ_TIMEOUT_MS = 1_000;
/** Keys of one range. */
const MAX_READ = 10_000;

/** etcd's calls, and what can be told from all answers together. Every read is linearizable. */
export class EtcdClient {
  readonly clock = new RevisionClock();
  private readonly connection: EtcdConnection;
  private highestTerm = 0n;

  constructor(address: EtcdAddress) {
    this.connection = new EtcdConnection(address);
  }

  async transact(transaction: Transaction, deadline: number): Promise<TransactionReply> {
    const sentAt = performance.now();
    const reply = await this.call<RawTransactionReply>('/v3/kv/txn', transaction, deadline);
    const revision = Number(reply.header.revision);
    this.clock.note(reply.header.cluster_id, revision, sentAt);
    const results = (reply.responses ?? []).map(({ response_range: found }) => ({
      entries: (found?.kvs ?? []).map(decoded),
    }));
    return { succeeded: reply.succeeded === true, revision, results };
  }

  /** In one step, whatever is there. @returns what each operation has read */
  async apply(operations: readonly Operation[], deadline: number): Promise<readonly Found[]> {
    return (await this.transact({ compare: [], success: operations }, deadline)).results;
  }

  /** @returns its id. etcd may keep it for longer than asked for, as its configuration wants it. */
  async grantLease(ttlSec: number, deadline: number): Promise<string> {
    const request = { TTL: String(ttlSec) };
    const reply = await this.call<{ header: Header; ID: string }>('/v3/lease/grant', request, deadline);
    return reply.ID;
  }

  /** Counts the lease anew. @returns whether it was still there */
  async keepAlive(leaseId: string, deadline: number): Promise<boolean> {
    const { result } = await this.call<{ header?: Header; result: { header: Header; TTL?: string } }>(
      '/v3/lease/keepalive',
      { ID: leaseId },
      deadline,
    );
    return Number(result.TTL ?? 0) > 0;
  }

  /**
   * How long ago, at least, the lease was last kept alive, in whole seconds: etcd tells only those. A member that was the
   * leader and does not know yet that it no longer is knows nothing of later renewals; its term gives it away.
   */
  async leaseAgeSec(leaseId: string, deadline: number): Promise<number> {
    const reply = await this.call<{ header: Header; TTL?: string; grantedTTL?: string }>(
      '/v3/lease/timetolive',
      { ID: leaseId },
      deadline,
    );
    const remainingSec = Number(reply.TTL ?? 0); // rounded down; negative when the lease is gone, and with it the key
    if (remainingSec < 0 || BigInt(reply.header.raft_term ?? 0) < this.highestTerm) return 0;
    return Number(reply.grantedTTL ?? 0) - remainingSec - 1;
  }

  /**
   * What happens to keys after a revision, in one range; something may be told twice. `ended`: the connection was lost, or
   * etcd has ended the watch. @returns ends it
   */
  watch(
    target: WatchTarget,
    listeners: { event: (event: WatchEvent) => void; ended: () => void },
  ): () => void {
    // From now on, and not from the revision: etcd lets a watch that has to catch up wait for up to 100 ms.
    const filters = target.removals ? { filters: ['NOPUT'] } : {};
    const request = { create_request: { ...encoded(target.range), ...filters } };
    let isEnded = false;
    const endStream = this.connection.stream('/v3/watch', request, {
      line: (line) => {
        const { result } = JSON.parse(line) as RawWatchReply;
        for (const { type, kv } of result?.events ?? []) {
          listeners.event(type === 'DELETE' ? { removed: text(kv.key) } : { put: decoded(kv) });
        }
        if (result?.created === true && Number(result.header.revision) > target.seenAtRevision) {
          this.missed(target).then(
            (events) => events.forEach((event) => !isEnded && listeners.event(event)),
            () => undefined, // who watches looks from time to time
          );
        }
        if (result && !result.canceled) return;
        end();
        listeners.ended();
      },
      ended: listeners.ended,
    });
    const end = (): void => {
      isEnded = true;
      endStream();
    };
    return end;
  }

  close(): void {
    this.connection.close();
  }

  /** What has happened to the keys between the revision and the beginning of the watch. */
  private async missed({ range, keys, seenAtRevision }: WatchTarget): Promise<WatchEvent[]> {
    const [found] = await this.apply([run.oldest(range, MAX_READ)], performance.now() + READ_TIMEOUT_MS);
    const present = new Map(found?.entries.map((entry) => [entry.key, entry]));
    return keys.flatMap((key): WatchEvent[] => {
      const entry = present.get(key);
      if (!entry) return [{ removed: key }];
      return entry.modRevision > seenAtRevision ? [{ put: entry }] : [];
    });
  }

  private async call<Reply extends { readonly header?: Header }>(
    path: string,
    body: object,
    deadline: number,
  ): Promise<Reply> {
    const reply = await this.connection.call<Reply>(path, body, deadline);
    const term = BigInt(reply.header?.raft_term ?? 0);
    if (term > this.highestTerm) this.highestTerm = term;
    return reply;
  }
}

function decoded(raw: RawKeyValue): KeyValue {
  return {
    key: text(raw.key),
    value: text(raw.value ?? ''),
    createRevision: Number(raw.create_revision),
    modRevision: Number(raw.mod_revision),
    lease: raw.lease ?? '0',
  };
}

function text(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
