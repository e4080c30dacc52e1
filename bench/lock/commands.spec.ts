import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { startRedis, type LocalRedis } from '#local';
import { commandsSent, countCommands } from './commands.js';
import type { Contestant } from './contestants/contestant.js';
import { openContestant } from './contestants/open.js';

/** A subscription that nobody needs any more ends after the work. */
const SETTLE_MS = 150;
const ECHO_MS = 5_000;

/** Held against MONITOR, which tells what reached the server, and from where. */
describe('counting commands', () => {
  let redis: LocalRedis;
  let client: Redis;
  let monitor: Redis;
  const lines: string[][] = [];
  const opened: Contestant[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    countCommands();
    client = new Redis(redis.url);
    await client.ping(); // ioredis takes a command that it sees before MONITOR's own reply for that reply
    monitor = await client.monitor();
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      if (source !== 'lua') lines.push(args);
    });
  });
  afterAll(async () => {
    for (const contestant of opened) await contestant.close();
    monitor.disconnect();
    client.disconnect();
    await redis.stop();
  });

  const echoed = async (text: string) => {
    await client.echo(text);
    const deadline = performance.now() + ECHO_MS;
    while (!lines.some(([name, value]) => name?.toLowerCase() === 'echo' && value === text)) {
      if (performance.now() > deadline) throw new Error('MONITOR has fallen silent.');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  /** What both say about `work`. */
  const counted = async (name: string, work: () => Promise<unknown>) => {
    await echoed(`${name} begins`);
    lines.length = 0;
    const before = commandsSent();
    await work();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const sent = commandsSent() - before;
    await echoed(`${name} ends`);
    return { sent, seen: lines.length - 1 };
  };

  it('sees scripts as one command, and each command of a pipeline, of MULTI, and SUBSCRIBE', async () => {
    const subscriber = new Redis(redis.url);
    await subscriber.ping();
    client.defineCommand('countUp', {
      numberOfKeys: 1,
      lua: `redis.call('INCR', KEYS[1]) return redis.call('GET', KEYS[1])`,
    });
    const scripts = client as unknown as { countUp(key: string): Promise<string> };
    const { sent, seen } = await counted('all kinds', async () => {
      await scripts.countUp('a'); // EVAL the first time, then EVALSHA
      await scripts.countUp('a');
      await client.pipeline().set('b', 1).get('b').exec();
      await client.multi().set('b', 2).exec();
      await subscriber.subscribe('c');
      await subscriber.unsubscribe('c');
    });
    subscriber.disconnect();
    expect(sent).toBe(2 + 2 + 3 + 2);
    expect(seen).toBe(sent);
  });

  it.each(['bare', 'ours'] as const)('misses nothing that %s sends under contention', async (name) => {
    const servers = { redisUrls: [redis.url] };
    const contestants = [openContestant(name, servers), openContestant(name, servers)];
    opened.push(...contestants);
    const acquire = async (contestant: Contestant) => {
      for (let count = 0; count < 20; count += 1) await (await contestant.acquire(`${name}:key`))();
    };
    const contend = () =>
      Promise.all(contestants.flatMap((contestant) => [acquire(contestant), acquire(contestant)]));
    await contend(); // MONITOR does not show CLIENT SETINFO, which a new connection sends
    const { sent, seen } = await counted(name, contend);
    expect(sent).toBeGreaterThanOrEqual(160);
    expect(seen).toBe(sent);
  });
});
