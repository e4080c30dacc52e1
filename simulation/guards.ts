/** What keeps a promise. Each can be taken away, to show that the simulation finds out. */
export interface Guards {
  /** Whoever claims an item has its stock row alone until COMMIT. */
  readonly rowLock: boolean;
  /** The snapshot is a statement of its own behind the claim, and not taken when the claim began. */
  readonly freshRead: boolean;
  /** A claim with a fence below the last one that wrote is refused. */
  readonly fence: boolean;
  /** CHECK 0 <= reserved <= on_hand. */
  readonly stockCheck: boolean;
  /** CHECK 0 <= held <= allotment. */
  readonly allotmentCheck: boolean;
  /** The upsert of a purchase asks whether it stays within the limit. */
  readonly limitCondition: boolean;
  /** CHECK 0 <= quantity of a purchase. */
  readonly purchaseCheck: boolean;
  /** Unique (buyer, idempotency key). */
  readonly orderKey: boolean;
  /** The key is looked up before an order is decided. */
  readonly keyLookUp: boolean;
  /** Each movement of an order's line once. */
  readonly movementOnce: boolean;
  /** Transitions of an order wait for each other. */
  readonly orderLock: boolean;
  /** A transition happens only from the state that was read. */
  readonly moveCondition: boolean;
  /** The sweep holds its condition against the row as it is when it has it. */
  readonly sweepCondition: boolean;
  /** One pending or captured payment an order. */
  readonly paymentOpen: boolean;
  /** The lock store frees a lock for its own holder alone. */
  readonly releaseCompare: boolean;
  /** The gateway charges once under one payment. */
  readonly gatewayKey: boolean;
}

export const ALL_GUARDS: Guards = {
  rowLock: true,
  freshRead: true,
  fence: true,
  stockCheck: true,
  allotmentCheck: true,
  limitCondition: true,
  purchaseCheck: true,
  orderKey: true,
  keyLookUp: true,
  movementOnce: true,
  orderLock: true,
  moveCondition: true,
  sweepCondition: true,
  paymentOpen: true,
  releaseCompare: true,
  gatewayKey: true,
};

export type GuardName = keyof Guards;

export function guardsWithout(names: readonly GuardName[]): Guards {
  return { ...ALL_GUARDS, ...Object.fromEntries(names.map((name) => [name, false])) };
}
