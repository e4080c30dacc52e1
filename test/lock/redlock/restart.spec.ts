import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { LockUnavailableError } from '../../../libs/lock/errors.js';
import type { RedlockProvider } from '../../../libs/lock/providers/redlock/redlock-provider.js';
import { RestartRule } from '../../../libs/lock/providers/redlock/restart-rule.js';
import { RedlockLab, request, sleep, timed, until } from './redlock-lab.js';

const RESOURCE = 'item:1';
const MAX_LEASE_MS = 1_500;
const isGranted = (provider: RedlockProvider, token: string): Promise<boolean> =>
  provider.acquire(request(token, { leaseMs: MAX_LEASE_MS })).then(
    ({ granted }) => granted,
    () => false,
  );

describe('nodes that restart empty', () => {
  let lab: RedlockLab;
  let openedAt = 0;
  beforeAll(async () => {
    openedAt = performance.now();
    lab = await RedlockLab.open();
  });
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  it('a fresh set of nodes grants nothing before a lease is over that could have been lost, and says why', async () => {
    const provider = lab.provider({ maxLeaseMs: MAX_LEASE_MS, restartDelayMs: 'default' });
    const { error } = await timed(provider.acquire(request('one', { leaseMs: 100 })));
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect((error as LockUnavailableError).outcome).toBe('none');
    expect(String(error)).toMatch(/it restarted, and votes again in \d s/);
    await until(() => isGranted(provider, 'one'), 'it is granted', 6_000);
    expect(performance.now() - openedAt).toBeGreaterThan(MAX_LEASE_MS);
    await provider.release(request('one'));
  });

  /** One holds a lock on three nodes, and one of them restarts empty. @returns when another is granted it too */
  async function takeFromHolder(
    other: RedlockProvider,
    options: { restartDelayMs: 0 | 'default' },
  ): Promise<{ heldUntil: number; grantedAt: number }> {
    const { proxies, urls } = await lab.proxies();
    const holder = lab.provider({ urls, maxLeaseMs: MAX_LEASE_MS, ...options });
    await until(
      async () => (await isGranted(holder, 'warm-up')) && !(await lab.holders(RESOURCE)).includes(undefined),
      'all nodes vote',
      6_000,
    );
    await holder.release(request('warm-up'));
    for (const proxy of proxies.slice(3)) proxy.cut();
    await sleep(20);
    const heldUntil = performance.now() + MAX_LEASE_MS;
    expect(await isGranted(holder, 'holder')).toBe(true);
    expect(await lab.holders(RESOURCE)).toEqual(['holder', 'holder', 'holder', undefined, undefined]);
    await lab.kill(2);
    await lab.revive(2);
    await until(() => isGranted(other, 'other'), 'the other is granted it', 6_000);
    return { heldUntil, grantedAt: performance.now() };
  }

  it.each([
    ['that saw the node before', true],
    ['that just started', false],
  ])('[case 27] give no second quorum within the lease, to a process %s', async (_, sawBefore) => {
    const other = lab.provider({ maxLeaseMs: MAX_LEASE_MS, restartDelayMs: 'default' });
    if (sawBefore) {
      await until(() => isGranted(other, 'warm-up'), 'it votes', 6_000);
      await other.release(request('warm-up'));
    }
    const { heldUntil, grantedAt } = await takeFromHolder(other, { restartDelayMs: 'default' });
    expect(grantedAt).toBeGreaterThan(heldUntil);
    expect((await lab.holders(RESOURCE))[2]).toBeUndefined(); // it still keeps away
    await until(
      async () => (await isGranted(other, 'other')) && (await lab.holders(RESOURCE))[2] === 'other',
      'it votes again',
      6_000,
    );
  });

  it('[case 27] do give one where the delay is switched off, which is what the rule is for', async () => {
    const other = lab.provider();
    const { heldUntil, grantedAt } = await takeFromHolder(other, { restartDelayMs: 0 });
    expect(grantedAt).toBeLessThan(heldUntil);
  });

  it('a lock is lost, and not brought back, when a majority forgot it one after another', async () => {
    const provider = lab.provider();
    expect(await isGranted(provider, 'one')).toBe(true);
    for (const node of [0, 1, 2]) {
      await lab.kill(node);
      await lab.revive(node);
      await sleep(250);
      const answer = await provider.extend(request('one'), MAX_LEASE_MS);
      expect(answer.held).toBe(node < 2);
    }
  });
});

describe('the restart rule', () => {
  const DELAY_MS = 10_000;
  const info = (runId: string, uptimeSec: number): string =>
    `# Server\r\nredis_version:7.0.15\r\nrun_id:${runId}\r\nuptime_in_seconds:${uptimeSec}\r\nuptime_in_days:0\r\n`;
  const waitMs = (votesFrom: number): number => Math.round((votesFrom - performance.now()) / 100) * 100;

  it('lets a node vote once it has been up for the delay, less the second that INFO leaves open', () => {
    expect(waitMs(new RestartRule(DELAY_MS).read(info('a', 0)))).toBe(DELAY_MS);
    expect(waitMs(new RestartRule(DELAY_MS).read(info('a', 4)))).toBe(7_000);
    expect(waitMs(new RestartRule(DELAY_MS).read(info('a', 10)))).toBe(1_000);
    expect(waitMs(new RestartRule(DELAY_MS).read(info('a', 12)))).toBeLessThan(0);
  });

  it('does not start again when only the connection was lost', () => {
    const rule = new RestartRule(DELAY_MS);
    const votesFrom = rule.read(info('a', 5));
    rule.connectionLost();
    expect(rule.read(info('a', 5))).toBe(votesFrom);
  });

  it('does not believe a clock that says a restarted node was up before it was last seen', () => {
    const rule = new RestartRule(DELAY_MS);
    rule.read(info('a', 100));
    rule.connectionLost();
    expect(waitMs(rule.read(info('b', 100)))).toBe(DELAY_MS);
  });

  it('does not guess where INFO tells nothing', () => {
    expect(() => new RestartRule(DELAY_MS).read('# Server\r\n')).toThrow('run_id');
  });
});
