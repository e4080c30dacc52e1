// The locks that articles get wrong, each as a provider over plain ioredis. PlainRedisLock has what a simple lock needs;
// each of the others differs from it by one flaw. `pauseMs` is what a process may lose between two commands (garbage
// collection, a busy machine), `diesAt` the resources at which it is killed there: so the flaw shows each time.
import { Redis } from 'ioredis';

const COMPARE_AND_DELETE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;
const COMPARE_AND_EXPIRE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;

/** SET NX PX with a value of its own, and comparisons in scripts. No fence, no queue. */
export class PlainRedisLock {
  name = 'plain';
  abilities = new Set(['distributed']);

  constructor({ url, prefix, pauseMs = 0, diesAt, stoppedClockMs }) {
    this.client = new Redis(url);
    this.client.on('error', () => undefined);
    this.prefix = prefix;
    this.pauseMs = pauseMs;
    this.diesAt = diesAt;
    this.stoppedClockMs = stoppedClockMs;
  }

  check() {}

  async acquire({ resources, token, leaseMs }) {
    for (const [index, resource] of resources.entries()) {
      if (await this.take(this.key(resource), this.valueOf(token), leaseMs)) continue;
      await this.release({ resources: resources.slice(0, index), token });
      return { granted: false, resource, remainingMs: await this.client.pttl(this.key(resource)) };
    }
    return { granted: true, fences: [] };
  }

  async extend({ resources, token }, leaseMs) {
    const kept = [];
    for (const resource of resources) {
      kept.push(await this.prolong(this.key(resource), this.valueOf(token), leaseMs));
    }
    return { held: !kept.includes(false), contended: false };
  }

  async release({ resources, token }) {
    const freed = [];
    for (const resource of resources) freed.push(await this.free(this.key(resource), this.valueOf(token)));
    return !freed.includes(false);
  }

  watch() {
    return () => undefined;
  }

  async close() {
    this.client.disconnect();
  }

  /** The same value succeeds again, so that a lost reply can be answered by sending the same. */
  async take(key, value, leaseMs) {
    return (
      (await this.client.set(key, value, 'PX', leaseMs, 'NX')) === 'OK' ||
      (await this.client.get(key)) === value
    );
  }

  async prolong(key, value, leaseMs) {
    return (await this.client.eval(COMPARE_AND_EXPIRE, 1, key, value, leaseMs)) === 1;
  }

  async free(key, value) {
    return (await this.client.eval(COMPARE_AND_DELETE, 1, key, value)) === 1;
  }

  valueOf(token) {
    return token;
  }

  key(resource) {
    return this.prefix + resource;
  }

  /** What may happen between two commands that should have been one. */
  async betweenTwoCommands(key) {
    if (this.diesAt && new RegExp(this.diesAt).test(key)) process.kill(process.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, this.pauseMs));
  }
}

/** SETNX, and then EXPIRE: who dies in between leaves a lock for ever. */
export class SetnxThenExpire extends PlainRedisLock {
  async take(key, value, leaseMs) {
    if ((await this.client.setnx(key, value)) === 0) return (await this.client.get(key)) === value;
    await this.betweenTwoCommands(key);
    await this.client.pexpire(key, leaseMs);
    return true;
  }
}

/** GET, and then DEL: what it deletes may be the successor's by then. */
export class GetThenDel extends PlainRedisLock {
  async free(key, value) {
    if ((await this.client.get(key)) !== value) return false;
    await this.betweenTwoCommands(key);
    return (await this.client.del(key)) === 1;
  }
}

/** GET, and then EXPIRE: it renews whatever lies there by then, and takes it for its own. */
export class GetThenExpire extends PlainRedisLock {
  async prolong(key, value, leaseMs) {
    if ((await this.client.get(key)) !== value) return false;
    await this.betweenTwoCommands(key);
    return (await this.client.pexpire(key, leaseMs)) === 1;
  }
}

/** The clock as value: within one millisecond two callers are the same one. A stopped clock makes them meet. */
export class ClockAsToken extends PlainRedisLock {
  values = new Map();

  valueOf(token) {
    const value = this.values.get(token) ?? String(this.stoppedClockMs ?? Date.now());
    this.values.set(token, value);
    return value;
  }
}

const LOCKS = { PlainRedisLock, SetnxThenExpire, GetThenDel, GetThenExpire, ClockAsToken };

/** For child processes of the suite. */
export function openProvider({ lock, options }) {
  return new LOCKS[lock](options);
}
