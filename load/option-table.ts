import { MAX_SEED } from './random.js';

interface Option {
  /** How its value is called in the help; without one it is a switch. */
  readonly value?: string;
  readonly about: string;
  readonly min?: number;
  readonly max?: number;
}

/** Every option of `npm run load`, in the order of the help. */
export const OPTIONS: Readonly<Record<OptionName, Option>> = {
  buyers: { value: 'n', min: 1, max: 100_000, about: 'people who want to buy, each with one order (1000)' },
  connections: {
    value: 'n',
    min: 1,
    max: 10_000,
    about: 'open connections (as many as buyers, at most 1000)',
  },
  stock: { value: 'n', min: 0, max: 1_000_000, about: 'units of each item (100)' },
  items: {
    value: 'n',
    min: 1,
    max: 100,
    about: 'items in the sale; an order is for one of them (1; 8 with --carts)',
  },
  quantity: { value: 'n', min: 1, max: 1_000, about: 'units in each order line (1)' },
  carts: { about: 'orders of several items, in random order' },
  'purchase-limit': {
    value: 'n',
    min: 1,
    max: 1_000,
    about: 'units a buyer may have; each tries one order too many',
  },
  profile: { value: 'name', about: 'burst: all at once; steady: evenly; ramp: ever faster (burst)' },
  rate: {
    value: 'n',
    min: 1,
    max: 100_000,
    about: 'requests a second, sent when due whether or not answers came',
  },
  duration: {
    value: 's',
    min: 1,
    max: 3_600,
    about: 'how long new orders are sent (burst: at most 60; else 10)',
  },
  mix: { value: '%', min: 0, max: 99, about: 'share of the requests that read the sale (0)' },
  retries: {
    value: 'n',
    min: 0,
    max: 20,
    about: 'how often an order is sent again with its key after 503, 429, no answer (0)',
  },
  timeout: { value: 's', min: 1, max: 120, about: 'how long a request waits for its answer (15)' },
  seed: { value: 'n', min: 0, max: MAX_SEED, about: 'makes the random choices of an earlier run again' },
  runs: { value: 'n', min: 1, max: 1_000, about: 'how often; all must pass (1)' },
  strategy: { value: 'name', about: 'how the service takes stock: its RESERVATION_STRATEGY (batched)' },
  url: {
    value: 'url',
    about: 'a service that runs already, on this machine, instead of one started for the run',
  },
  'admin-key': { value: 'key', about: 'its ADMIN_API_KEY (default: that variable)' },
  'database-url': { value: 'url', about: 'its database, to check what HTTP does not show' },
  output: { value: 'folder', about: 'where the files go (.data/load/<time>-<strategy>)' },
  json: { value: 'file', about: 'where the result goes as JSON' },
  html: { value: 'file', about: 'where the report goes as HTML' },
  help: { about: 'this page' },
};

export type OptionName =
  | 'buyers'
  | 'connections'
  | 'stock'
  | 'items'
  | 'quantity'
  | 'carts'
  | 'purchase-limit'
  | 'profile'
  | 'rate'
  | 'duration'
  | 'mix'
  | 'retries'
  | 'timeout'
  | 'seed'
  | 'runs'
  | 'strategy'
  | 'url'
  | 'admin-key'
  | 'database-url'
  | 'output'
  | 'json'
  | 'html'
  | 'help';

const EXAMPLES: readonly (readonly [command: string, does: string])[] = [
  ['npm run load', 'sells 100 units to 1,000 concurrent buyers and proves it'],
  ['npm run load -- --strategy unguarded', 'shows that an oversell is caught: exit code 1'],
  ['npm run load -- --carts --items 20 --buyers 2000', 'carts that share items in opposite orders'],
  [
    'npm run load -- --rate 500 --duration 30 --buyers 15000 --mix 80',
    'open loop, four readers beside each buyer',
  ],
  ['npm run load -- --purchase-limit 2 --retries 3 --runs 5', 'limits under a race, buyers who come back'],
  ['npm run load -- --url http://127.0.0.1:3000 --admin-key $ADMIN_API_KEY', 'a service that runs already'],
];

/** The page of `--help`. */
export function helpPage(): string {
  const names = Object.entries(OPTIONS).map(([name, { value }]) => `--${name}${value ? ` <${value}>` : ''}`);
  const width = Math.max(...names.map((name) => name.length));
  const lines = Object.values(OPTIONS).map(
    ({ about }, index) => `  ${(names[index] ?? '').padEnd(width)}  ${about}`,
  );
  const examples = EXAMPLES.map(([command, does]) => `  ${command}\n      ${does}`);
  return [
    'Sells a limited stock to concurrent buyers and checks that every promise was kept.',
    '',
    'usage: npm run load -- [options]',
    '',
    ...lines,
    '',
    'examples:',
    ...examples,
    '',
    'exit code: 0 when every invariant holds, otherwise 1 (130 when interrupted).',
  ].join('\n');
}
