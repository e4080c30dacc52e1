import { BARE, BATCHED, CEILING, PER_ORDER, POLLING } from '../contestants.js';

/** By day and by night. Whoever is not named shares one of the rest. */
const NAMED: Readonly<Record<string, readonly [day: string, night: string]>> = {
  [BARE]: ['#a3acb8', '#667384'],
  [CEILING]: ['#5b6675', '#aab6c4'],
  [BATCHED]: ['#0b8f63', '#3fc794'],
  [PER_ORDER]: ['#d9770a', '#f0a04b'],
  [POLLING]: ['#c02626', '#ff7b72'],
  conditional: ['#2f6fde', '#6ea0ff'],
  'row-lock': ['#7c3aed', '#b794f6'],
  optimistic: ['#b0309a', '#e07bd0'],
  'redis-first': ['#0e8aa8', '#4cc3de'],
  'global-lock': ['#8a5a2b', '#cf9d68'],
  unguarded: ['#8f8a00', '#cfc94a'],
};
const REST: readonly [day: string, night: string] = ['#3f4b5a', '#8796a8'];
const CONSUMERS: Readonly<Record<string, readonly [day: string, night: string]>> = {
  'consumer-api': ['#2f6fde', '#6ea0ff'],
  'consumer-postgres': ['#0b8f63', '#3fc794'],
  'consumer-redis': ['#c02626', '#ff7b72'],
  'consumer-generator': ['#a3acb8', '#667384'],
};

/** The name of a contestant's colour on the page. */
export function colourOf(contestant: string): string {
  return contestant in NAMED ? `contestant-${contestant}` : 'contestant-rest';
}

/** The colours as a style sheet. */
export function colourStyle(): string {
  const all: [string, readonly [string, string]][] = [
    ...Object.entries(NAMED).map(([name, pair]): [string, readonly [string, string]] => [
      colourOf(name),
      pair,
    ]),
    ['contestant-rest', REST],
    ...Object.entries(CONSUMERS),
  ];
  const rule = (which: 0 | 1) => all.map(([name, pair]) => `--${name}: ${pair[which]};`).join(' ');
  return `
:root { ${rule(0)} }
@media (prefers-color-scheme: dark) { :root { ${rule(1)} } }
@media print { :root { ${rule(0)} } }
`;
}
