import { LockManager } from '../lock-manager.js';
import type { Lock } from '../lock.js';
import type { LockProvider } from '../provider.js';
import type { ChildOrders, ChildReports, ChildTask } from './child-process.js';
import { InterceptedProvider } from './intercepted-provider.js';
import { SharedCounter } from './shared-counter.js';
import { until } from './support.js';

/** The program of a child process: one provider of its own, one task. */

const { provider: origin, task } = JSON.parse(process.argv[2] ?? '') as ChildOrders;
const { openProvider } = (await import(origin.module)) as {
  openProvider: (argument: unknown) => LockProvider | Promise<LockProvider>;
};
const provider = new InterceptedProvider(await openProvider(origin.argument));
const locks = new LockManager(provider);
const orders: string[] = [];
process.on('message', (message) => orders.push((message as { what: string }).what));
process.on('disconnect', () => process.exit(1)); // nobody is left to tell this process to end

// Many children that start at once may need longer to connect than one call may take.
await until(isConnected, { withinMs: 30_000, what: 'the child reaches the store' });
provider.acquires = 0;
await say('ready', {});
await run(task);
await locks.close();
process.disconnect();

async function run(work: ChildTask): Promise<void> {
  switch (work.do) {
    case 'count':
      return count(work);
    case 'hold':
      return hold(work);
    case 'block':
      return block(work);
    case 'wait':
      return wait(work);
    default:
      throw new Error(`unknown task ${JSON.stringify(work satisfies never)}`);
  }
}

async function count({ resource, times, folder }: Extract<ChildTask, { do: 'count' }>): Promise<void> {
  const counter = new SharedCounter(folder);
  await ordered('go');
  for (let time = 0; time < times; time += 1) {
    await locks.using(resource, { leaseMs: 20_000, waitMs: 300_000 }, (lock) =>
      counter.increment(fenceOf(lock)),
    );
  }
  await say('done', { acquires: provider.acquires, fences: [] });
}

async function hold({ resource, leaseMs, permits = 1 }: Extract<ChildTask, { do: 'hold' }>): Promise<void> {
  const lock = await locks.acquire(resource, { leaseMs, waitMs: 0, permits });
  const fence = fenceOf(lock) ?? 0;
  await say('held', { fence });
  await ordered('write');
  await say('write', { fence, aborted: lock.signal.aborted });
}

async function block({ resource, leaseMs, blockMs }: Extract<ChildTask, { do: 'block' }>): Promise<void> {
  const lock = await locks.acquire(resource, { leaseMs, waitMs: 0 });
  const fence = fenceOf(lock) ?? 0;
  await say('held', { fence });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
  await say('write', { fence, aborted: lock.signal.aborted });
}

async function wait({ resource, waiters }: Extract<ChildTask, { do: 'wait' }>): Promise<void> {
  const fences: number[] = [];
  const all = Array.from({ length: waiters }, () =>
    locks.using(resource, { leaseMs: 20_000, waitMs: 120_000 }, async (lock) => {
      fences.push(fenceOf(lock) ?? 0);
      await Promise.resolve();
    }),
  );
  await until(() => provider.refusals > 0, { what: 'the first waiter is refused' });
  await say('waiting', {});
  await ordered('go');
  const before = provider.acquires;
  await say('counting', {});
  await Promise.all(all);
  await say('done', { acquires: provider.acquires - before, fences });
}

async function isConnected(): Promise<boolean> {
  try {
    await locks.using(`ready${process.pid}:lock`, { leaseMs: 5_000, waitMs: 0 }, () => Promise.resolve());
    return true;
  } catch {
    return false;
  }
}

function fenceOf(lock: Lock): number | undefined {
  return [...lock.fences.values()][0];
}

function ordered(what: string): Promise<void> {
  return until(() => orders.includes(what), { withinMs: 120_000, what: `the parent says "${what}"` });
}

function say<Kind extends keyof ChildReports>(kind: Kind, report: ChildReports[Kind]): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.({ kind, ...report }, undefined, undefined, (error) => (error ? reject(error) : resolve()));
  });
}
