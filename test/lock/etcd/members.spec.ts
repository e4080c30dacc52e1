import { describe, test } from '@jest/globals';
import { etcdLeaderOf, startEtcdCluster } from '#local';
import { EtcdLockProvider } from '#lock/etcd';
import { ensureEtcdProgram } from '../../../local/etcd-program.js';
import { startedOrMissing } from '../conformance/servers.js';
import { outlivesLeader } from '../outlives-leader.js';

const { missing } = await startedOrMissing(ensureEtcdProgram, () => Promise.resolve());
const describeWithEtcd = missing === undefined ? describe : describe.skip;

describeWithEtcd('an etcd of three members', () => {
  test('loses its leader and no lock', async () => {
    const members = await startEtcdCluster(3);
    const urls = members.map(({ url }) => url);
    try {
      await outlivesLeader(
        () => new EtcdLockProvider({ urls, commandTimeoutMs: 1_000 }),
        async () => (await etcdLeaderOf(members)).kill(),
      );
    } finally {
      await Promise.all(members.map((member) => member.stop()));
    }
  }, 90_000);
});
