export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** Polls until it holds. @throws after `withinMs` */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { withinMs = 5_000, what }: { withinMs?: number; what: string },
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`Within ${withinMs} ms it did not happen that ${what}.`);
    await sleep(5);
  }
}

/** How long a promise takes to settle either way, and its error. */
export async function timed(work: Promise<unknown>): Promise<{ tookMs: number; error: unknown }> {
  const startedAt = performance.now();
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { tookMs: performance.now() - startedAt, error };
}
