/** `warn`: it works, and somebody should know why it is so. `fail`: do not go live like that. */
export type Verdict = 'ok' | 'warn' | 'fail';

/** What one check found. */
export interface Finding {
  readonly verdict: Verdict;
  /** What was looked at: `postgresql fsync`. */
  readonly check: string;
  readonly found: string;
  /** What to do; none where all is well. */
  readonly advice?: string;
}

export function ok(check: string, found: string): Finding {
  return { verdict: 'ok', check, found };
}

/** Well where `holds`; else what to do, and how bad it is. */
export function finding(
  check: string,
  found: string,
  { holds, otherwise, advice }: { holds: boolean; otherwise: 'warn' | 'fail'; advice: string },
): Finding {
  return holds ? ok(check, found) : { verdict: otherwise, check, found, advice };
}
