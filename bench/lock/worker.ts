import { Redis } from 'ioredis';
import { answerCalls, type Handlers } from '../shared/answer-calls.js';
import { nowMs } from './clock.js';
import { commandsSent, countCommands } from './commands.js';
import type { Contestant, Release, Servers } from './contestants/contestant.js';
import { openContestant } from './contestants/open.js';
import type { ContestantName } from './contestants/roster.js';
import { contend, uncontended } from './loops.js';
import type { HoldReport, WorkerCalls } from './worker-protocol.js';

/** One process of the benchmark: it opens contestants when they are first asked for, and does what it is told. */
const HOLD_AT_ONCE = 64;

let servers: Servers = { redisUrls: [] };
let pingClient: Redis | undefined;
const open = new Map<ContestantName, Contestant>();
const slots = new Map<number, Release>();

const HANDLERS: Handlers<WorkerCalls> = {
  configure: async (given) => {
    servers = given;
    pingClient = new Redis(servers.redisUrls[0] ?? '');
    await pingClient.ping();
    return null;
  },
  warmUp: async ({ contestant, key }) => {
    await (
      await contestantOf(contestant).acquire(key)
    )();
    return null;
  },
  uncontended: (order) => uncontended(contestantOf(order.contestant), order),
  contend: (order) => contend(contestantOf(order.contestant), order),
  acquire: async ({ contestant, key, slot }) => {
    const release = await contestantOf(contestant).acquire(key);
    const startedMs = nowMs();
    slots.set(slot, release);
    return { startedMs };
  },
  release: async ({ slot }) => {
    const release = slots.get(slot);
    if (!release) throw new Error(`Nothing is held in slot ${slot}.`);
    slots.delete(slot);
    const calledMs = nowMs();
    await release();
    return { calledMs };
  },
  ping: async () => {
    const startedMs = nowMs();
    await pingClient?.ping();
    return { tookMs: nowMs() - startedMs };
  },
  hold: ({ contestant, key, locks }) => hold(contestantOf(contestant), key, locks),
  commands: () => ({ sent: commandsSent(), atMs: nowMs() }),
};

function contestantOf(name: ContestantName): Contestant {
  let contestant = open.get(name);
  if (!contestant) {
    contestant = openContestant(name, servers);
    open.set(name, contestant);
  }
  return contestant;
}

/** What the memory of this process grows by; the locks stay held until the process ends. */
async function hold(contestant: Contestant, key: string, locks: number): Promise<HoldReport> {
  if (!contestant.hold) throw new Error('This contestant has no watchdog.');
  const take = contestant.hold.bind(contestant);
  const before = memory();
  let taken = 0;
  const taker = async (): Promise<void> => {
    while (taken < locks) {
      const slot = taken;
      taken += 1;
      slots.set(slot, await take(`${key}:${slot}`));
    }
  };
  await Promise.all(Array.from({ length: HOLD_AT_ONCE }, taker));
  const after = memory();
  return {
    heapBytes: after.heapBytes - before.heapBytes,
    residentBytes: after.residentBytes - before.residentBytes,
  };
}

function memory(): HoldReport {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapBytes: heapUsed + external, residentBytes: rss };
}

countCommands();
answerCalls(HANDLERS);
