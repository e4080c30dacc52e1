import type { Random } from '#load';

export interface Planned<Cell> {
  /** From 1. */
  readonly round: number;
  readonly cell: Cell;
}

/** Each round has every cell once, in an order of its own. */
export function roundsOf<Cell>(cells: readonly Cell[], rounds: number, random: Random): Planned<Cell>[] {
  return Array.from({ length: rounds }, (_, index) =>
    random.pick(cells, cells.length).map((cell) => ({ round: index + 1, cell })),
  ).flat();
}

/** Such as `, about 3 min left`, by how long those that are done have taken. */
export function timeLeft(startedMs: number, done: number, total: number): string {
  if (done === 0) return '';
  const leftMs = ((performance.now() - startedMs) / done) * (total - done);
  return `, about ${aboutSo(leftMs)} left`;
}

/** Such as `45 s` or `3 min`. */
export function aboutSo(ms: number): string {
  return ms < 90_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`;
}
