// Holds a lock, renewing it, until it is killed. Arguments: URL, key prefix, resource, lease in ms.
import { LockManager, RedisLockProvider } from '../../dist/libs/lock/index.js';

const [url, keyPrefix, resource, leaseMs] = process.argv.slice(2);
const locks = new LockManager(new RedisLockProvider({ url, keyPrefix }));
await locks.acquire(resource, { leaseMs: Number(leaseMs), waitMs: 0 });
console.log('held');
