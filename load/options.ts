import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { UsageError } from './errors.js';
import { OPTIONS, type OptionName } from './option-table.js';
import { MAX_SEED } from './random.js';

export const PROFILES = ['burst', 'steady', 'ramp'] as const;
export type Profile = (typeof PROFILES)[number];

/** What one invocation is to do; every number is within its bounds and the combination makes sense. */
export interface LoadOptions {
  readonly buyers: number;
  readonly connections: number;
  /** Units of each item. */
  readonly stock: number;
  readonly items: number;
  /** Units in each line of an order. */
  readonly quantity: number;
  readonly carts: boolean;
  readonly purchaseLimit: number | undefined;
  readonly profile: Profile;
  /** Requests a second, readers included: constant, or at the top of the ramp. Undefined in a burst. */
  readonly rate: number | undefined;
  /** New orders are sent for no longer than this. */
  readonly durationSec: number;
  /** Of 100 requests so many read the sale. */
  readonly readPercent: number;
  /** How often one order is sent again at most. */
  readonly retries: number;
  readonly timeoutSec: number;
  readonly seed: number;
  readonly runs: number;
  readonly target: TargetOptions;
  readonly output: string | undefined;
  readonly json: string | undefined;
  readonly html: string | undefined;
}

export type TargetOptions =
  | { readonly kind: 'own'; readonly strategy: string | undefined }
  | {
      readonly kind: 'attached';
      readonly url: string;
      readonly adminKey: string;
      readonly databaseUrl: string | undefined;
    };

/** How many orders a buyer sends: one, or one more than a purchase limit allows. */
export function ordersPerBuyer(options: Pick<LoadOptions, 'purchaseLimit' | 'quantity'>): number {
  return options.purchaseLimit === undefined ? 1 : Math.floor(options.purchaseLimit / options.quantity) + 1;
}

const MAX_ORDERS = 200_000;
const MAX_REQUESTS = 2_000_000;
const BURST_LIMIT_SEC = 60;
const SPREAD_SEC = 10;

/**
 * Reads the command line.
 * @returns undefined when the help is asked for
 * @throws UsageError one line that names the option and what it expects
 */
export function parseOptions(args: readonly string[]): LoadOptions | undefined {
  const given = readArguments(args);
  if (given.help === true) return undefined;
  const number = (name: OptionName) => numberOf(name, given[name]);
  const text = (name: OptionName) => textOf(name, given[name]);

  const carts = given.carts === true;
  const buyers = number('buyers') ?? 1_000;
  const profile = profileOf(given.profile, number('rate'));
  const options: LoadOptions = {
    buyers,
    connections: number('connections') ?? Math.min(buyers, 1_000),
    stock: number('stock') ?? 100,
    items: number('items') ?? (carts ? 8 : 1),
    quantity: number('quantity') ?? 1,
    carts,
    purchaseLimit: number('purchase-limit'),
    profile,
    rate: number('rate'),
    durationSec: number('duration') ?? BURST_LIMIT_SEC,
    readPercent: number('mix') ?? 0,
    retries: number('retries') ?? 0,
    timeoutSec: number('timeout') ?? 15,
    seed: number('seed') ?? randomInt(MAX_SEED + 1),
    runs: number('runs') ?? 1,
    target: targetOf(text),
    output: text('output'),
    json: text('json'),
    html: text('html'),
  };
  return withinReason(withRate(options, number('duration')));
}

type Given = Partial<Record<OptionName, string | boolean>>;

function readArguments(args: readonly string[]): Given {
  const config = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { value }]) => [
      name,
      { type: value ? 'string' : 'boolean' } as const,
    ]),
  );
  try {
    return parseArgs({ args: [...args], options: config, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const named = /'(-[^' ]*)/.exec(message)?.[1] ?? '';
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw new UsageError(`There is no option ${named}; --help lists them.`);
    if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL')
      throw new UsageError(`${message.split('.')[0] ?? ''}: options begin with --; --help lists them.`);
    throw new UsageError(message.split('\n')[0] ?? 'The options cannot be read.');
  }
}

function numberOf(name: OptionName, given: string | boolean | undefined): number | undefined {
  if (given === undefined) return undefined;
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = OPTIONS[name];
  const value = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(
    `--${name} expects a whole number from ${min} to ${max}, not ${JSON.stringify(given)}.`,
  );
}

function textOf(name: OptionName, given: string | boolean | undefined): string | undefined {
  if (given === undefined || typeof given === 'boolean') return undefined;
  if (given.trim() === '') throw new UsageError(`--${name} must not be empty.`);
  return given;
}

function profileOf(given: string | boolean | undefined, rate: number | undefined): Profile {
  if (given === undefined) return rate === undefined ? 'burst' : 'steady';
  const profile = PROFILES.find((name) => name === given);
  if (!profile)
    throw new UsageError(`--profile expects one of ${PROFILES.join(', ')}, not ${JSON.stringify(given)}.`);
  if (profile === 'burst' && rate !== undefined)
    throw new UsageError('--rate needs --profile steady or ramp: a burst has no rate.');
  return profile;
}

function targetOf(text: (name: OptionName) => string | undefined): TargetOptions {
  const url = text('url');
  const strategy = text('strategy');
  const adminKey = text('admin-key') ?? (url === undefined ? undefined : process.env.ADMIN_API_KEY);
  const databaseUrl = text('database-url');
  if (url === undefined) {
    if (adminKey !== undefined)
      throw new UsageError('--admin-key needs --url: the key of a service of its own is made.');
    if (databaseUrl !== undefined)
      throw new UsageError('--database-url needs --url: a service of its own has its own.');
    return { kind: 'own', strategy };
  }
  if (strategy !== undefined)
    throw new UsageError('--strategy cannot be set with --url: that service has chosen.');
  if (!adminKey)
    throw new UsageError('--url needs --admin-key (or ADMIN_API_KEY): items and a sale are created.');
  return { kind: 'attached', url: loopbackUrl(url), adminKey, databaseUrl: postgresUrl(databaseUrl) };
}

/** A load generator in the wrong hands is an attack: it sends to this machine alone. */
function loopbackUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:')
    throw new UsageError('--url expects an address such as http://127.0.0.1:3000.');
  if (!/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname))
    throw new UsageError(
      `--url expects an address of this machine (127.0.0.1, ::1, localhost), not ${url.hostname}.`,
    );
  if (url.pathname !== '/' || url.search !== '' || url.username !== '')
    throw new UsageError('--url expects host and port alone.');
  return url.origin;
}

function postgresUrl(text: string | undefined): string | undefined {
  if (text === undefined || /^postgres(ql)?:\/\/./.test(text)) return text;
  throw new UsageError('--database-url expects an address that begins with postgres://.');
}

/** In a ramp or a steady stream, whichever of rate and duration is missing follows from the number of requests. */
function withRate(options: LoadOptions, givenSec: number | undefined): LoadOptions {
  if (options.profile === 'burst') return options;
  const requests = requestsOf(options);
  const steepness = options.profile === 'ramp' ? 2 : 1; // a ramp from 0 sends half as much as its top rate would
  if (options.rate === undefined) {
    const durationSec = givenSec ?? SPREAD_SEC;
    return { ...options, durationSec, rate: (steepness * requests) / durationSec };
  }
  return {
    ...options,
    durationSec: givenSec ?? Math.max(1, Math.ceil((steepness * requests) / options.rate)),
  };
}

function withinReason(options: LoadOptions): LoadOptions {
  const { items, carts, quantity, purchaseLimit, connections, runs } = options;
  const orders = options.buyers * ordersPerBuyer(options);
  if (carts && items < 2) throw new UsageError('--carts needs --items of 2 or more.');
  if (purchaseLimit !== undefined && quantity > purchaseLimit)
    throw new UsageError('--quantity must not be above --purchase-limit: no order could succeed.');
  if (orders > MAX_ORDERS)
    throw new UsageError(
      `${orders} orders are too many: at most ${MAX_ORDERS}; lower --buyers or --purchase-limit.`,
    );
  if (requestsOf(options) + orders * options.retries > MAX_REQUESTS)
    throw new UsageError(`That is more than ${MAX_REQUESTS} requests: lower --buyers, --mix or --retries.`);
  if (connections > requestsOf(options))
    throw new UsageError(`--connections must not be above the number of requests, ${requestsOf(options)}.`);
  if (options.durationSec > (OPTIONS.duration.max ?? 0))
    throw new UsageError('--rate is too low: the run would take more than an hour; set --duration.');
  if (runs > 1 && (options.json ?? options.html) !== undefined)
    throw new UsageError('--json and --html name one file and cannot be set with --runs.');
  return options;
}

/** Orders and the reads beside them, re-sends left out. */
export function requestsOf(options: LoadOptions): number {
  const orders = options.buyers * ordersPerBuyer(options);
  return Math.round(orders / (1 - options.readPercent / 100));
}
