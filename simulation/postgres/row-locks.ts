import type { Transaction } from './transaction.js';

interface Waiting {
  readonly transaction: Transaction;
  readonly granted: () => void;
}

interface RowLock {
  holder: Transaction;
  readonly waiting: Waiting[];
}

/** Who may write a row, and who waits for it, first come, first served. */
export class RowLocks {
  private readonly locks = new Map<string, RowLock>();

  /** @returns whether it has the row now; if not, `granted` is called when it has */
  take(transaction: Transaction, key: string, granted: () => void): boolean {
    const lock = this.locks.get(key);
    if (!lock) {
      this.locks.set(key, { holder: transaction, waiting: [] });
      transaction.locked.add(key);
      return true;
    }
    if (lock.holder === transaction) return true;
    lock.waiting.push({ transaction, granted });
    return false;
  }

  isFree(transaction: Transaction, key: string): boolean {
    const lock = this.locks.get(key);
    return !lock || lock.holder === transaction;
  }

  leave(transaction: Transaction, key: string): void {
    const waiting = this.locks.get(key)?.waiting ?? [];
    const index = waiting.findIndex((other) => other.transaction === transaction);
    if (index >= 0) waiting.splice(index, 1);
  }

  /** Of a session that ended while it waited. */
  leaveAll(transaction: Transaction): void {
    for (const key of this.locks.keys()) this.leave(transaction, key);
  }

  /** At the end of a transaction. */
  releaseAll(transaction: Transaction): void {
    for (const key of transaction.locked) {
      const lock = this.locks.get(key);
      const next = lock?.waiting.shift();
      if (!lock || !next) {
        this.locks.delete(key);
        continue;
      }
      lock.holder = next.transaction;
      next.transaction.locked.add(key);
      next.granted();
    }
    transaction.locked.clear();
  }
}
