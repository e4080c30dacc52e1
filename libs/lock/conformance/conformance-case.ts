import type { LockAbility } from '../provider.js';
import type { CaseContext } from './context.js';

/** One numbered promise. */
export interface ConformanceCase {
  readonly number: number;
  /** What is promised, short enough for a table. */
  readonly title: string;
  /** A provider without these abilities does not claim it. */
  readonly needs: readonly LockAbility[];
  /** It hurts the store, which the subject must be able to do. */
  readonly hurts?: boolean;
  /** For a provider that is not `distributed`, the case runs with managers of one process and says so. */
  readonly processes?: boolean;
  readonly timeoutMs?: number;
  /** Absent where only the provider itself can say how: the subject's `cases` has it. @throws AssertionError */
  readonly run?: (context: CaseContext) => Promise<void>;
}
