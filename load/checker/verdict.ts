/** What a run says about one promise. `ok` is null where the evidence to decide it is missing. */
export interface Verdict {
  readonly name: string;
  readonly ok: boolean | null;
  /** Numbers: what was compared, or what is wrong. One line. */
  readonly detail: string;
  /** At most 5 of the violations. */
  readonly examples: readonly string[];
}

const MAX_EXAMPLES = 5;

/** Collects the violations of one promise; keeps a few and counts them all. */
export class Violations {
  count = 0;
  private readonly examples: string[] = [];

  add(example: string): void {
    this.count += 1;
    if (this.examples.length < MAX_EXAMPLES) this.examples.push(example);
  }

  /** Adds `example` unless the promise is kept. */
  expect(kept: boolean, example: () => string): void {
    if (!kept) this.add(example());
  }

  /** @param detail what was compared, for a promise that was kept */
  verdict(name: string, detail: string): Verdict {
    if (this.count === 0) return { name, ok: true, detail, examples: [] };
    const first = this.examples[0] ?? '';
    const more = this.count > 1 ? ` (and ${this.count - 1} more)` : '';
    return { name, ok: false, detail: `${first}${more}`, examples: this.examples };
  }
}

/** A promise that could not be checked, and why. */
export function notChecked(name: string, reason: string): Verdict {
  return { name, ok: null, detail: `not checked: ${reason}`, examples: [] };
}
