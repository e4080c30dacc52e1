import {
  etcdLeaderOf,
  startEtcd,
  startEtcdCluster,
  startZooKeeper,
  startZooKeeperEnsemble,
  zooKeeperLeaderOf,
  type PortProgram,
} from '#local';
import { ensureEtcdProgram } from '../../local/etcd-program.js';
import { ensureZooKeeperProgram } from '../../local/zookeeper-program.js';
import { startedOrMissing } from '../lock/conformance/servers.js';

interface Server extends PortProgram {
  readonly url: string;
}

/** A lock store by consensus, as the service is told of it. */
export interface ConsensusStore {
  /** Of LOCK_PROVIDER. */
  readonly provider: string;
  /** Names its servers. */
  readonly variable: string;
  /** Its program is not on this machine, and cannot be installed. */
  readonly isMissing: boolean;
  readonly start: () => Promise<Server>;
  readonly startThree: () => Promise<ThreeServers>;
}

export interface ThreeServers {
  readonly urls: readonly string[];
  readonly killLeader: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

async function isMissing(find: () => Promise<unknown>): Promise<boolean> {
  return (await startedOrMissing(find, () => Promise.resolve())).missing !== undefined;
}

function threeOf<Member extends Server>(
  members: readonly Member[],
  leaderOf: (members: readonly Member[]) => Promise<Member>,
): ThreeServers {
  return {
    urls: members.map(({ url }) => url),
    killLeader: async () => (await leaderOf(members)).kill(),
    stop: async () => {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}

export const CONSENSUS_STORES: readonly ConsensusStore[] = [
  {
    provider: 'etcd',
    variable: 'ETCD_URLS',
    isMissing: await isMissing(ensureEtcdProgram),
    start: startEtcd,
    startThree: async () => threeOf(await startEtcdCluster(3), etcdLeaderOf),
  },
  {
    provider: 'zookeeper',
    variable: 'ZOOKEEPER_URLS',
    isMissing: await isMissing(ensureZooKeeperProgram),
    start: startZooKeeper,
    startThree: async () => threeOf(await startZooKeeperEnsemble(3), zooKeeperLeaderOf),
  },
];
