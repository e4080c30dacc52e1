// Asks for one key with many calls at once, when the parent says so, and tells how they ended.
// Arguments: URL, key prefix, key, calls, `fail` for a load that fails.
import { Redis } from 'ioredis';
import { LockManager } from '../../dist/libs/lock/index.js';
import { RedisLockProvider } from '../../dist/libs/lock/providers/redis/index.js';

const [url, keyPrefix, key, calls, fails] = process.argv.slice(2);
const locks = new LockManager(new RedisLockProvider({ url, keyPrefix, commandTimeoutMs: 2_000 }));
const store = new Redis(url);

const load = async () => {
  const count = await store.incr(`${keyPrefix}loads`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  if (fails) throw new RangeError(`load ${count} failed`);
  return { count };
};
const ask = () =>
  locks.singleFlight(key, { ttlMs: 60_000 }, load).then(
    (value) => JSON.stringify(value),
    (error) => error.name,
  );

await store.ping();
await locks.using('other:resource', { leaseMs: 5_000, waitMs: 5_000 }, () => Promise.resolve());
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
const outcomes = await Promise.all(Array.from({ length: Number(calls) }, ask));
const again = await ask();
process.stdout.write(`${JSON.stringify({ outcomes: [...new Set(outcomes)], again })}\n`);
process.stdin.destroy();
store.disconnect();
await locks.close();
