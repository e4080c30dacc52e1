import { Claims } from './claims.js';
import { EtcdClient } from './etcd-client.js';
import type { EtcdAddress } from './etcd-connection.js';
import { EtcdKeys } from './keys.js';
import { LastFences } from './last-fences.js';
import { Leases } from './leases.js';
import { Queues } from './queues.js';
import { WakeUp } from './wake-up.js';

/** What the operations of one provider share. */
export class EtcdStore {
  readonly keys: EtcdKeys;
  readonly client: EtcdClient;
  readonly leases: Leases;
  readonly queues: Queues;
  readonly wakeUp: WakeUp;
  readonly claims = new Claims();
  readonly fences = new LastFences();

  constructor(address: EtcdAddress, keyPrefix: string) {
    this.keys = new EtcdKeys(keyPrefix);
    this.client = new EtcdClient(address);
    this.leases = new Leases(this.client);
    this.wakeUp = new WakeUp(this.client);
    this.queues = new Queues(this.client, this.keys, this.wakeUp);
  }

  close(): void {
    this.wakeUp.close();
    this.client.close();
  }
}

/** The time of one operation, on the monotonic clock. */
export interface Span {
  readonly startedAt: number;
  readonly deadline: number;
}
