import { LockUnavailableError } from '../errors.js';
import type { SharedValues } from '../provider.js';
import type { Degradation } from './degradation.js';

/**
 * The values of the store that is in use: a value that was left on the other side is missing, and made anew. A delete asks
 * both, but a primary that is away keeps what it has until its time to live ends.
 */
export class ChainValues implements SharedValues {
  private readonly primary: SharedValues;
  private readonly fallback: SharedValues;
  private readonly degradation: Degradation;

  constructor(primary: SharedValues, fallback: SharedValues, degradation: Degradation) {
    this.primary = primary;
    this.fallback = fallback;
    this.degradation = degradation;
  }

  get(key: string): Promise<{ value: string; remainingMs: number } | undefined> {
    return this.use((values) => values.get(key));
  }

  set(key: string, value: string, ttlMs: number): Promise<void> {
    return this.use((values) => values.set(key, value, ttlMs));
  }

  async delete(key: string): Promise<void> {
    const idle = this.isPrimaryUsed() ? this.fallback : this.primary;
    const left = idle.delete(key).catch(() => undefined);
    await this.use((values) => values.delete(key));
    await left;
  }

  private isPrimaryUsed(): boolean {
    const { state } = this.degradation;
    return state === 'primary' || state === 'returning';
  }

  private async use<Answer>(ask: (values: SharedValues) => Promise<Answer>): Promise<Answer> {
    if (!this.isPrimaryUsed()) return ask(this.fallback);
    try {
      return await ask(this.primary);
    } catch (error) {
      if (error instanceof LockUnavailableError) this.degradation.suspect(error);
      throw error;
    }
  }
}
