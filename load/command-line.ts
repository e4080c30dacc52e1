import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './errors.js';

type OptionTypes = NonNullable<ParseArgsConfig['options']>;
type Given<Options extends OptionTypes> = {
  readonly [Name in keyof Options]?: Options[Name]['type'] extends 'boolean' ? boolean : string;
};

/** @throws UsageError one line that names the option */
export function readArguments<const Options extends OptionTypes>(
  args: readonly string[],
  options: Options,
): Given<Options> {
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
    return values;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const named = /'(-[^' ]*)/.exec(message)?.[1] ?? '';
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      throw new UsageError(`There is no option ${named}; --help lists them.`);
    }
    throw new UsageError(`${message.split('.')[0] ?? message}; --help lists the options.`);
  }
}

/** @throws UsageError one line that names the option and its bounds */
export function numberOf(
  name: string,
  given: string | undefined,
  { min, max, whole = false }: { min: number; max: number; whole?: boolean },
): number | undefined {
  if (given === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : NaN;
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  throw new UsageError(
    `--${name} expects a ${whole ? 'whole ' : ''}number from ${min} to ${max}, not "${given}".`,
  );
}

/** Names with commas between them. @throws UsageError for one that is not known, and for none */
export function namesOf<Name extends string>(
  option: string,
  given: string | undefined,
  known: readonly Name[],
): readonly Name[] | undefined {
  if (given === undefined) return undefined;
  const names = given.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.some((one) => one === name));
  if (unknown !== undefined) {
    throw new UsageError(`--${option} knows no "${unknown}"; it knows ${known.join(', ')}.`);
  }
  return known.filter((name) => names.includes(name));
}

/** @throws UsageError when it is empty */
export function textOf(name: string, given: string | undefined, expected: string): string | undefined {
  if (given?.trim() === '') throw new UsageError(`--${name} expects ${expected}.`);
  return given;
}
