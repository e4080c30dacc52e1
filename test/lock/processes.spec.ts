import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Lab } from './lab.js';

const RESOURCE = 'inventory:item:1:deduct';

describe('several processes', () => {
  let lab: Lab;
  const children: ChildProcess[] = [];
  beforeAll(async () => (lab = await Lab.open()));
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await lab.cleanUp();
  });
  afterAll(() => lab.close());

  const start = (
    file: string,
    ...args: string[]
  ): { child: ChildProcess; held: Promise<void>; ended: Promise<number | null> } => {
    const script = fileURLToPath(new URL(file, import.meta.url));
    const child = spawn(process.execPath, [script, lab.redis.url, lab.prefix, RESOURCE, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const held = new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', () => reject(new Error(`${file} ended before it held the lock`)));
    });
    held.catch(() => undefined); // not every test waits for it
    return { child, held, ended };
  };

  it('[case 01] 4 processes and 100 increments each under one lock: no overlap, the exact total, growing fences', async () => {
    const workers = Array.from({ length: 4 }, () => start('counting-process.mjs', '100'));
    for (const { ended } of workers) expect(await ended).toBe(0);
    expect(await lab.client.get(`${lab.prefix}counter`)).toBe('400');
    const fences = (await lab.client.lrange(`${lab.prefix}fences`, 0, -1)).map(Number);
    expect(fences).toHaveLength(400);
    expect(fences).toEqual([...fences].sort((a, b) => a - b));
    expect(new Set(fences).size).toBe(400);
  });

  it('[case 03] SIGKILL of the holder: the next acquisition succeeds within lease + 500 ms', async () => {
    const { child, held, ended } = start('holding-process.mjs', '1000');
    await held;
    expect(await lab.manager().tryAcquire(RESOURCE, { leaseMs: 1_000 })).toBeNull();
    const waiting = lab.manager().acquire(RESOURCE, { leaseMs: 1_000, waitMs: 10_000 });
    const killedAt = performance.now();
    child.kill('SIGKILL');
    await waiting;
    expect(performance.now() - killedAt).toBeLessThan(1_500);
    await ended;
  });
});
