import { target, type Target } from '../shared/targets.js';
import { BARE, OURS, PEERS, type ContestantName } from './contestants/roster.js';
import { CALLERS, circumstancesOf, PROCESSES, WAITERS, type Cell, type FigureName } from './measure/cell.js';
import type { Results } from './results.js';

type Circumstances = Omit<Cell, 'contestant'>;

const BARE_SHARE = 0.85;
const CONTENDED_FACTOR = 1.2;
const MAX_COMMANDS = 3;
const MAX_LONGEST_TO_MEAN = 2;
const HAND_OVERS = [
  { processes: 1, roundTrips: 1.5 },
  { processes: 2, roundTrips: 3 },
] as const;

/** What the lock is to reach, each as the median over the rounds; ratios are taken within each round. */
export function targetsOf(results: Results): Target[] {
  const contended = PROCESSES.flatMap((processes) =>
    WAITERS.map((size): Circumstances => ({ measurement: 'contended', size, processes })),
  );
  return [
    ...CALLERS.flatMap((size) => uncontended(results, { measurement: 'uncontended', size, processes: 1 })),
    ...contended.flatMap((where) => underContention(results, where)),
    ...HAND_OVERS.map(({ processes, roundTrips }) => {
      const where: Circumstances = { measurement: 'hand-over', size: 2, processes };
      const measured = ourFigure(results, where, 'roundTrips');
      return target(`${circumstancesOf(where)}: round trips`, { below: roundTrips }, measured);
    }),
  ];
}

function uncontended(results: Results, where: Circumstances): Target[] {
  const what = circumstancesOf(where);
  const ratio = results.ratio(of(OURS, where), of(BARE, where), 'perSecond')?.median;
  return [
    target(`${what}: rate to bare commands`, { atLeast: BARE_SHARE }, ratio),
    againstBestPeer(results, where, 1),
  ];
}

function underContention(results: Results, where: Circumstances): Target[] {
  const what = circumstancesOf(where);
  const overlaps = results.figure(of(OURS, where), 'overlaps')?.max;
  return [
    againstBestPeer(results, where, CONTENDED_FACTOR),
    target(
      `${what}: commands per acquisition`,
      { atMost: MAX_COMMANDS },
      ourFigure(results, where, 'commandsEach'),
    ),
    target(
      `${what}: longest wait to the mean`,
      { atMost: MAX_LONGEST_TO_MEAN },
      ourFigure(results, where, 'longestToMean'),
    ),
    target(`${what}: overlapping holders`, { atMost: 0 }, overlaps),
  ];
}

/** The peer whose median is the highest. */
function againstBestPeer(results: Results, where: Circumstances, factor: number): Target {
  const rates = PEERS.flatMap((name) => {
    const rate = results.figure(of(name, where), 'perSecond')?.median;
    return rate === undefined ? [] : [{ name, rate }];
  });
  const [best] = rates.sort((a, b) => b.rate - a.rate);
  const what = `${circumstancesOf(where)}: rate to the best peer`;
  if (!best) return target(what, { atLeast: factor }, undefined);
  const ratio = results.ratio(of(OURS, where), of(best.name, where), 'perSecond')?.median;
  return target(`${what} (${best.name})`, { atLeast: factor }, ratio);
}

function ourFigure(results: Results, where: Circumstances, name: FigureName): number | undefined {
  return results.figure(of(OURS, where), name)?.median;
}

function of(contestant: ContestantName, where: Circumstances): Cell {
  return { ...where, contestant };
}
