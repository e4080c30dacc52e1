import { CEILING } from './contestants.js';

/**
 * What the connections ask for: the one hot item, one of a thousand by Zipf's law, three of a hundred, an item that is
 * gone, the sale's page, or the same by someone who has it already.
 */
export type Workload = 'hot-item' | 'zipf' | 'carts' | 'sold-out' | 'sale-page' | 'sale-page-known';

/** One thing to measure; where several parts show the same it is measured once a round. */
export interface Cell {
  readonly contestant: string;
  readonly workload: Workload;
  /** Over all processes. */
  readonly connections: number;
  readonly processes: number;
  /** Orders that the database holds before. */
  readonly storedOrders: number;
  /** Whether transactions write what the shop is to be told. */
  readonly events: boolean;
  /** Whether the sale has a purchase limit, so that purchases are counted. */
  readonly limited: boolean;
  /** Environment of the service beyond what the contestant needs. */
  readonly settings: Readonly<Record<string, string>>;
}

type CellOptions = Partial<Omit<Cell, 'contestant' | 'workload' | 'connections'>>;

export function cellOf(
  contestant: string,
  workload: Workload,
  connections: number,
  { processes = 1, storedOrders = 0, events = false, limited = false, settings = {} }: CellOptions = {},
): Cell {
  return { contestant, workload, connections, processes, storedOrders, events, limited, settings };
}

export function keyOf(cell: Cell): string {
  const { workload, connections, processes, limited } = cell;
  return [serviceKeyOf(cell), workload, connections, processes, limited].join(' ');
}

/** Cells with the same key are served by the same processes on the same database. */
export function serviceKeyOf({ contestant, storedOrders, events, settings }: Cell): string {
  const given = Object.entries(settings).map((setting) => setting.join('='));
  return [contestant, storedOrders, events, ...given].join(' ');
}

/** What `noop` does in the same circumstances: as many connections, one process; undefined where it says nothing. */
export function ceilingOf({ workload, connections }: Cell): Cell | undefined {
  if (workload === 'sale-page' || workload === 'sale-page-known') return undefined;
  return cellOf(CEILING, workload === 'sold-out' ? 'hot-item' : workload, connections);
}

/** The contestant, with whatever sets this cell apart from others of its. */
export function nameOf({ contestant, processes, storedOrders, events, limited, settings }: Cell): string {
  const parts = [
    contestant,
    ...(processes === 1 ? [] : [`${processes} processes`]),
    ...(storedOrders === 0 ? [] : [`${storedOrders.toLocaleString('en')} orders`]),
    ...(events ? ['shop events'] : []),
    ...(limited ? ['purchase limit'] : []),
    ...Object.entries(settings).map((setting) => setting.join('=')),
  ];
  return parts.join(', ');
}

/** For the progress line and errors. */
export function describeCell(cell: Cell): string {
  return `${nameOf(cell)}, ${cell.workload}, ${cell.connections.toLocaleString('en')} connections`;
}
