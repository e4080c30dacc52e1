import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type LocalRedis } from '#local';
import { LockUnavailableError } from '#lock';
import { Lab, timed, until } from '../lab.js';

const RESOURCE = 'inventory:item:1:deduct';
const OPTIONS = { leaseMs: 10_000, waitMs: 5_000, replicaAcks: 1 };

describe('acknowledgement by replicas', () => {
  let lab: Lab;
  let replica: LocalRedis | undefined;
  beforeAll(async () => (lab = await Lab.open(['--repl-diskless-sync-delay', '0'])));
  afterEach(async () => {
    await lab.cleanUp();
    await replica?.stop();
    replica = undefined;
  });
  afterAll(() => lab.close());

  const follow = async (): Promise<LocalRedis> => {
    replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(lab.redis.port)] });
    await until(async () => (await lab.client.info('replication')).includes('state=online'), {
      what: 'the replica follows',
      withinMs: 20_000,
    });
    return replica;
  };

  it('grants when a replica has the lock, also from the queue', async () => {
    await follow();
    const [one, other] = [lab.manager(), lab.manager()];
    const lock = await one.acquire(RESOURCE, OPTIONS);
    const waiting = other.acquire(RESOURCE, OPTIONS);
    await until(async () => (await one.list())[0]?.waiters === 1, { what: 'the other one waits' });
    await lock.release();
    expect((await waiting).fence).toBeGreaterThan(lock.fence);
  });

  it('[case 28] without a replica: LockUnavailableError, the key is gone, other callers are not slowed', async () => {
    const locks = lab.manager({ commandTimeoutMs: 1_000, breakerOpenMs: 1 });
    await locks.using('x:other', { leaseMs: 5_000, waitMs: 0 }, () => Promise.resolve());
    const refused = timed(locks.acquire(RESOURCE, OPTIONS));
    await until(async () => (await lab.client.exists(lab.lockKey(RESOURCE))) === 1, {
      what: 'it is granted',
    });
    const others = await timed(locks.using('x:1', { leaseMs: 5_000, waitMs: 0 }, () => Promise.resolve()));
    expect(others.error).toBeUndefined();
    expect(others.tookMs).toBeLessThan(500); // the refused one waits for a second
    const { error } = await refused;
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect((error as Error).message).toMatch(/0 of 1 replicas/);
    expect(await lab.client.exists(lab.lockKey(RESOURCE))).toBe(0);
  });

  it('[case 28] counts no replica for a write that Redis did not make', async () => {
    const locks = lab.manager({ commandTimeoutMs: 500, breakerOpenMs: 1 });
    await follow();
    await until(() => locks.using(RESOURCE, OPTIONS, () => Promise.resolve(true)).catch(() => false), {
      what: 'the replica acknowledges',
    });
    replica?.pause();
    await lab.client.script('FLUSH'); // its next renewal is not known to Redis
    await expect(locks.acquire(RESOURCE, OPTIONS)).rejects.toThrow(LockUnavailableError);
  });

  it('[case 28] a replica that hangs is none, and many who ask share one wait', async () => {
    (await follow()).pause();
    const locks = lab.manager({ commandTimeoutMs: 500, breakerOpenMs: 1 });
    const { tookMs } = await timed(
      Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => locks.acquire(`x:${index}`, { ...OPTIONS, waitMs: 0 })),
      ),
    );
    expect(tookMs).toBeLessThan(3_000); // one after another they would take 10 s
    expect(await lab.client.keys(`${lab.prefix}lock:{*`)).toEqual([]);
  });
});
