import { interruptible } from './interruptible.js';
import { Progress, type Screen } from './progress.js';

/** What tells one measuring program from another. */
export interface MeasuringProgram<Options> {
  /** @returns undefined when the help is asked for. @throws UsageError */
  readonly parseOptions: (args: readonly string[]) => Options | undefined;
  readonly helpPage: () => string;
  /** @returns the exit code */
  readonly run: (options: Options, progress: Progress, signal: AbortSignal) => Promise<number>;
}

/**
 * A measuring program as a function of its arguments.
 * @returns the exit code: what `run` says, 0 after the help, 130 when interrupted, 1 after an error
 */
export function measuringCommand<Options>({
  parseOptions,
  helpPage,
  run,
}: MeasuringProgram<Options>): (args: readonly string[], screen: Screen) => Promise<number> {
  return (args, screen) => {
    const progress = new Progress(screen);
    return interruptible(progress, async (signal) => {
      const options = parseOptions(args);
      if (options) return run(options, progress, signal);
      progress.print(helpPage());
      return 0;
    });
  };
}
