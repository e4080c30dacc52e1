import { describe, test } from '@jest/globals';
import { startZooKeeperEnsemble, zooKeeperLeaderOf } from '#local';
import { ZooKeeperLockProvider } from '#lock/zookeeper';
import { ensureZooKeeperProgram } from '../../../local/zookeeper-program.js';
import { startedOrMissing } from '../conformance/servers.js';
import { outlivesLeader } from '../outlives-leader.js';

const { missing } = await startedOrMissing(ensureZooKeeperProgram, () => Promise.resolve());
const describeWithZooKeeper = missing === undefined ? describe : describe.skip;

describeWithZooKeeper('a ZooKeeper of three servers', () => {
  test('loses its leader and no lock', async () => {
    const servers = await startZooKeeperEnsemble(3);
    const urls = servers.map(({ url }) => url);
    try {
      await outlivesLeader(
        () => new ZooKeeperLockProvider({ urls, commandTimeoutMs: 1_000 }),
        async () => (await zooKeeperLeaderOf(servers)).kill(),
      );
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  }, 90_000);
});
