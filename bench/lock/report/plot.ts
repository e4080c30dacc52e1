import { escapeHtml, integer, linearAxis, logAxis, milliseconds, type Axis, type Summary } from '#load';
import { BARE, OURS, PEERS, type ContestantName } from '../contestants/roster.js';
import { PROCESSES, WAITERS, type Cell, type FigureName } from '../measure/cell.js';
import type { Results } from '../results.js';

const DRAWN: readonly ContestantName[] = [OURS, BARE, ...PEERS];
const COLOURS = ['#0b8f63', '#94a3b8', '#d9770a', '#2f6fde', '#b0309a'];
const FIGURES: readonly { name: FigureName; label: string; log: boolean }[] = [
  { name: 'perSecond', label: 'acquisitions a second', log: false },
  { name: 'commandsEach', label: 'Redis commands per acquisition', log: true },
  { name: 'waitLongestMs', label: 'longest wait, ms', log: true },
];
const PANEL = { width: 470, height: 250, left: 62, right: 12, top: 34, bottom: 30 };
const HEADER = 56;
const LOWEST_LOG = 0.1;

interface Panel {
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly axis: Axis;
  readonly bars: readonly Bar[];
}

interface Bar {
  readonly waiters: number;
  readonly contestant: ContestantName;
  readonly summary: Summary;
}

/** The contended cells as bars, one panel for each figure and number of processes; a thin line shows the spread. */
export function plotOf(results: Results): string {
  const panels = FIGURES.flatMap((figure, row) =>
    PROCESSES.map((processes, column): Panel => {
      const bars = barsOf(results, processes, figure.name);
      const values = bars.flatMap(({ summary }) => [summary.min, summary.max]);
      return {
        x: column * PANEL.width,
        y: HEADER + row * PANEL.height,
        title: `${figure.label}, ${processes === 1 ? 'one process' : `${processes} processes`}`,
        axis: figure.log ? logarithmic(values) : linear(values),
        bars,
      };
    }),
  );
  const width = PANEL.width * PROCESSES.length;
  const height = HEADER + PANEL.height * FIGURES.length;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `font-family="system-ui, sans-serif" font-size="12" fill="#17202c" role="img" ` +
    `aria-label="Contended locks compared">\n<rect width="100%" height="100%" fill="#ffffff"/>\n` +
    `${legend()}\n${panels.map(drawPanel).join('\n')}\n</svg>\n`
  );
}

function barsOf(results: Results, processes: number, name: FigureName): Bar[] {
  return WAITERS.flatMap((waiters) =>
    DRAWN.flatMap((contestant): Bar[] => {
      const cell: Cell = { measurement: 'contended', contestant, size: waiters, processes };
      const summary = results.figure(cell, name);
      return summary ? [{ waiters, contestant, summary }] : [];
    }),
  );
}

function linear(values: readonly number[]): Axis {
  return linearAxis('', { max: Math.max(1, ...values), text: integer });
}

function logarithmic(values: readonly number[]): Axis {
  const positive = values.filter((value) => value > 0);
  const min = Math.max(LOWEST_LOG, Math.min(1, ...positive));
  const text = (value: number) => (value < 1 ? milliseconds(value) : integer(value));
  return logAxis('', { min, max: Math.max(1, ...positive), text });
}

function legend(): string {
  const names = DRAWN.map((name, index) => {
    const x = PANEL.left + index * 150;
    return (
      `<rect x="${x}" y="26" width="12" height="12" fill="${COLOURS[index] ?? '#000'}"/>` +
      `<text x="${x + 18}" y="36">${escapeHtml(name)}</text>`
    );
  });
  return `<text x="${PANEL.left}" y="16" font-weight="600">Many waiters on one lock (median over the rounds, and spread)</text>${names.join('')}`;
}

function drawPanel(panel: Panel): string {
  const { x, y, title, axis, bars } = panel;
  const right = PANEL.width - PANEL.right;
  const grid = axis.ticks
    .map(({ value, text }) => {
      const at = yOf(axis, value);
      return (
        `<line x1="${PANEL.left}" x2="${right}" y1="${at}" y2="${at}" stroke="#dfe4ea"/>` +
        `<text x="${PANEL.left - 6}" y="${at + 4}" text-anchor="end" fill="#5b6675">${escapeHtml(text)}</text>`
      );
    })
    .join('');
  const groups = WAITERS.map((waiters, index) => drawGroup({ axis, bars, waiters, index })).join('');
  return (
    `<g transform="translate(${x} ${y})"><text x="${PANEL.left}" y="20" font-weight="600">${escapeHtml(title)}</text>` +
    `${grid}${groups}</g>`
  );
}

function drawGroup(group: { axis: Axis; bars: readonly Bar[]; waiters: number; index: number }): string {
  const { axis, bars, waiters, index } = group;
  const groupWidth = (PANEL.width - PANEL.left - PANEL.right) / WAITERS.length;
  const barWidth = (groupWidth * 0.8) / DRAWN.length;
  const start = PANEL.left + index * groupWidth;
  const drawn = bars
    .filter((bar) => bar.waiters === waiters)
    .map(({ contestant, summary }) => {
      const place = DRAWN.indexOf(contestant);
      const left = round(start + groupWidth * 0.1 + place * barWidth);
      const top = yOf(axis, summary.median);
      const base = PANEL.height - PANEL.bottom;
      const middle = round(left + barWidth / 2);
      return (
        `<rect x="${left}" y="${top}" width="${round(barWidth - 2)}" height="${round(base - top)}" fill="${COLOURS[place] ?? '#000'}">` +
        `<title>${escapeHtml(`${contestant}: ${milliseconds(summary.median)}`)}</title></rect>` +
        `<line x1="${middle}" x2="${middle}" y1="${yOf(axis, summary.min)}" y2="${yOf(axis, summary.max)}" stroke="#17202c"/>`
      );
    });
  const label = `<text x="${round(start + groupWidth / 2)}" y="${PANEL.height - PANEL.bottom + 18}" text-anchor="middle" fill="#5b6675">${integer(waiters)} waiters</text>`;
  return drawn.join('') + label;
}

/** A value below the axis, such as 0 on a logarithmic one, lies on its lower end. */
function yOf(axis: Axis, value: number): number {
  const position = value > 0 ? Math.max(0, axis.position(value)) : Math.max(0, axis.position(1e-9));
  const height = PANEL.height - PANEL.top - PANEL.bottom;
  return round(PANEL.top + (1 - position) * height);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
