// Adds to a counter by reading and writing it, which only a lock makes right. Arguments: URL, key prefix, resource, times.
import { Redis } from 'ioredis';
import { LockManager, RedisLockProvider } from '../../dist/libs/lock/index.js';

const [url, keyPrefix, resource, times] = process.argv.slice(2);
const locks = new LockManager(new RedisLockProvider({ url, keyPrefix, commandTimeoutMs: 2_000 }));
const store = new Redis(url);

for (let i = 0; i < Number(times); i += 1) {
  await locks.using(resource, { leaseMs: 10_000, waitMs: 25_000 }, async (lock) => {
    if ((await store.incr(`${keyPrefix}inside`)) !== 1) throw new Error('two holders at once');
    const count = Number(await store.get(`${keyPrefix}counter`));
    await store.rpush(`${keyPrefix}fences`, lock.fence);
    await store.set(`${keyPrefix}counter`, count + 1);
    await store.decr(`${keyPrefix}inside`);
  });
}

store.disconnect();
await locks.close();
