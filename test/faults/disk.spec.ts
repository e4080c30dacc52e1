import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startPostgres, type LocalPostgres } from '#local';
import { migrate } from '#platform';
import { OPTIONS } from '../support/full-size.js';
import { mayMount, mountDisk, run } from '../support/mounts.js';
import { expectStatus, Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { Load, LOAD_ENV } from './load.js';

const DISK = '192m';
const FULL_MS = OPTIONS.full ? 3_000 : 1_000;
const FSYNC_MS = 200;

/** Attaching strace(1) to a server is root's as well. */
const asRoot = mayMount() && run('strace', '-qq', '-o', '/dev/null', 'true') ? describe : describe.skip;

asRoot('fault: the disk of PostgreSQL', () => {
  let disk: string;
  let postgres: LocalPostgres;
  let shop: Shop;

  beforeAll(async () => {
    disk = await mkdtemp(path.join(tmpdir(), 'holdfast-disk-'));
    expect(mountDisk(disk, DISK)).toBe(true);
    postgres = await start();
    await migrate(postgres.url);
    shop = await Shop.openOn(postgres.url, LOAD_ENV);
  }, 180_000);

  afterAll(async () => {
    await shop.close();
    await postgres.stop();
    run('umount', disk);
    await rm(disk, { recursive: true, force: true });
  });

  function start(port?: number): Promise<LocalPostgres> {
    const settings = { max_wal_size: '32MB', min_wal_size: '32MB' };
    return startPostgres({ directory: disk, settings, ...(port ? { port } : {}) });
  }

  /** Writes until there is not a byte left. @returns gives the room back */
  function fillDisk(): () => void {
    const ballast = path.join(disk, 'ballast');
    const descriptor = openSync(ballast, 'w');
    for (const size of [1 << 20, 1 << 12]) {
      const bytes = Buffer.alloc(size, 1);
      try {
        for (;;) writeSync(descriptor, bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
    closeSync(descriptor);
    return () => rmSync(ballast);
  }

  test('full', async () => {
    const load = await Load.start(shop);
    await load.sells(50);
    const free = fillDisk();
    const buyer = await shop.buyer();
    await eventually(async () => {
      const { status, body } = await shop.request('GET', '/health/live');
      expect([status, body]).toMatchObject([200, {}]);
      const answer = await buyer.order(load.saleId, [{ itemId: load.itemId, quantity: 1 }]);
      expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([503, true]);
    });
    await sleep(FULL_MS);
    free();
    // Where it could not write its log it has ended by itself, and its supervisor starts it again.
    const ended = await Promise.race([postgres.exited.then(() => true), sleep(500).then(() => false)]);
    if (ended) postgres = await start(postgres.port);
    await load.sells(50);
    await load.end();
  }, 180_000);

  /** Attaches to all processes of the server, and makes what forces their writes to the disk take that much longer. */
  function slowDisk(): () => Promise<void> {
    const { pid } = postgres;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    const processes = [String(pid), ...children].flatMap((each) => ['-p', each]);
    const inject = `inject=fsync,fdatasync:delay_exit=${FSYNC_MS * 1_000}`;
    const options = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync', '-e', inject];
    const tracer = spawn('strace', [...options, ...processes], { stdio: 'ignore' });
    const ended = new Promise((resolve) => tracer.once('exit', resolve));
    return async () => {
      tracer.kill('SIGINT');
      await ended;
    };
  }

  test('an fsync takes 200 ms', async () => {
    const load = await Load.start(shop);
    await load.sells(50);
    const restore = slowDisk();
    try {
      const [buyer, { itemId, saleId }] = [await shop.buyer(), await shop.offer(100)];
      await eventually(async () => {
        const beganAt = performance.now();
        expectStatus(await buyer.order(saleId, [{ itemId, quantity: 1 }]), 201);
        expect(performance.now() - beganAt).toBeGreaterThan(FSYNC_MS);
      });
      await load.sells(OPTIONS.full ? 500 : 100);
    } finally {
      await restore();
    }
    await load.sells(50);
    await load.end();
  }, 180_000);
});
