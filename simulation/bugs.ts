import { guardsWithout, type GuardName, type Guards } from './guards.js';
import {
  FENCES_IN_ORDER,
  LIMITS_HOLD,
  MONEY_AGREES,
  NO_OVERSELL,
  NO_UNDERSELL,
  ONCE,
} from './invariants/violation.js';
import type { ActionKind } from './schedule/step.js';

/** A defect that the simulation is to find: one guard taken away. */
export interface Bug {
  readonly about: string;
  readonly guard: GuardName;
  /** The promise that it breaks, and that is looked at alone. */
  readonly breaks: string;
  /** Guards that would save the day and are away as well; with these alone away the promise is kept. */
  readonly masks: readonly GuardName[];
  /** Steps that are left out, because the guard alone does not stand them: what is masked here is its weakness. */
  readonly without: readonly ActionKind[];
}

/** Each refuses to take from somebody what he does not have. */
const NO_LESS_THAN_NOTHING: readonly GuardName[] = ['stockCheck', 'allotmentCheck', 'purchaseCheck'];
/** A lock alone does not stand that its holder goes on after it has ended, or that its store is away. */
const MORE_THAN_A_LOCK: readonly ActionKind[] = [
  ...(['process', 'slow-network', 'postgres-restart'] as const),
  ...(['locks-away', 'locks-lost', 'locks-lossy', 'pay', 'adjust'] as const),
];

export const BUGS = {
  fence: {
    about: 'a holder that was stopped for longer than its lease is let in again',
    guard: 'fence',
    breaks: FENCES_IN_ORDER,
    masks: [],
    without: [],
  },
  release: {
    about: 'the lock store frees a lock without comparing whose it is',
    guard: 'releaseCompare',
    breaks: NO_OVERSELL,
    masks: ['rowLock', 'stockCheck', 'fence'],
    without: MORE_THAN_A_LOCK,
  },
  sweep: {
    about: 'the sweep expires what it found, whatever became of it meanwhile',
    guard: 'sweepCondition',
    breaks: ONCE,
    masks: ['movementOnce', ...NO_LESS_THAN_NOTHING],
    without: [],
  },
  check: {
    about: 'no CHECK keeps what is reserved within what is on hand',
    guard: 'stockCheck',
    breaks: NO_OVERSELL,
    masks: ['rowLock'],
    without: [],
  },
  'row-lock': {
    about: 'the claim locks no row, so that others decide beside a COMMIT under way',
    guard: 'rowLock',
    breaks: NO_UNDERSELL,
    masks: [],
    without: [],
  },
  'fresh-read': {
    about: 'claim and snapshot are one statement: what was read is from before the wait',
    guard: 'freshRead',
    breaks: LIMITS_HOLD,
    masks: ['limitCondition'],
    without: [],
  },
  limit: {
    about: 'the upsert of a purchase does not ask for the limit',
    guard: 'limitCondition',
    breaks: LIMITS_HOLD,
    masks: ['rowLock'],
    without: [],
  },
  allotment: {
    about: 'no CHECK keeps what a sale holds within its allotment',
    guard: 'allotmentCheck',
    breaks: NO_OVERSELL,
    masks: ['rowLock'],
    without: [],
  },
  key: {
    about: 'no unique index holds a buyer to one order a key',
    guard: 'orderKey',
    breaks: ONCE,
    masks: ['keyLookUp'],
    without: [],
  },
  transition: {
    about: 'an order is moved on, whatever its status is by now',
    guard: 'moveCondition',
    breaks: ONCE,
    masks: ['orderLock', 'movementOnce', ...NO_LESS_THAN_NOTHING],
    without: [],
  },
  'release-twice': {
    about: 'the ledger takes the same movement of a line twice',
    guard: 'movementOnce',
    breaks: ONCE,
    masks: ['orderLock', 'moveCondition', ...NO_LESS_THAN_NOTHING],
    without: [],
  },
  payment: {
    about: 'no unique index holds an order to one open payment',
    guard: 'paymentOpen',
    breaks: MONEY_AGREES,
    masks: ['orderLock'],
    without: [],
  },
  gateway: {
    about: 'the gateway charges again when it is asked again under the same payment',
    guard: 'gatewayKey',
    breaks: MONEY_AGREES,
    masks: [],
    without: [],
  },
} as const satisfies Record<string, Bug>;

export type BugName = keyof typeof BUGS;
export const BUG_NAMES = Object.keys(BUGS) as BugName[];

/** @param isTaken false for the masks alone */
export function guardsOf({ guard, masks }: Bug, isTaken = true): Guards {
  return guardsWithout(isTaken ? [...masks, guard] : masks);
}
