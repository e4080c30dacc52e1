import { InterruptedError } from '../errors.js';
import type { Progress } from './progress.js';

const INTERRUPTED = 130;
const ONE_CTRL_C_MS = 1_000; // the terminal and npm each send the signal

/**
 * Runs a measuring program: SIGINT and SIGTERM abort it, a second one ends the process at once (the next run stops what
 * is left), and what goes wrong is told.
 * @returns the exit code of `work`, 130 when interrupted, 1 after an error
 */
export async function interruptible(
  progress: Progress,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const abort = new AbortController();
  let interruptedMs = 0;
  const interrupt = (): void => {
    if (!abort.signal.aborted) {
      interruptedMs = performance.now();
      progress.print('Stopping …');
      abort.abort();
    } else if (performance.now() > interruptedMs + ONE_CTRL_C_MS) {
      process.exit(INTERRUPTED);
    }
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await work(abort.signal);
  } catch (error) {
    progress.done();
    if (abort.signal.aborted || error instanceof InterruptedError) return INTERRUPTED;
    progress.print(describe(error));
    return 1;
  } finally {
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  }
}

/** What a user can mend by its message alone; of everything else by where it came from. */
function describe(error: unknown): string {
  const known = error instanceof Error && ['UsageError', 'LoadError', 'LocalError'].includes(error.name);
  if (known) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
