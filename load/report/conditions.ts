import { code, conditionsTable, type Cell } from '../page/data-table.js';
import type { RunResult } from '../run/result.js';
import { integer, milliseconds, percent, plural } from './format.js';
import { repeatCommand } from './repeat-command.js';

const SHOWN_ITEMS = 8;

/** What the figures depend on, and how to get them again. */
export function conditions(result: RunResult): string {
  const { options, seed, harness, autocannon, failedSamples } = result;
  return conditionsTable([
    ['To repeat it', code(repeatCommand(result))],
    ['Seed', String(seed)],
    ...machineRows(result),
    ['Settings', settingsOf(options)],
    ['Sale', saleOf(result)],
    ['Load generator', generatorOf(harness)],
    [
      'autocannon',
      `${integer(autocannon.answers)} answers, the probes of the connections included; ${plural(autocannon.errors, 'error')}`,
    ],
    ...(failedSamples > 0
      ? [['Reconciliation', `${plural(failedSamples, 'question')} not answered`] as const]
      : []),
  ]);
}

/** Where it ran, and with which versions. */
export function machineRows({
  machine,
  versions,
}: Pick<RunResult, 'machine' | 'versions'>): [name: string, value: Cell][] {
  const { cpu, cores, memory, platform } = machine;
  return [
    ['Machine', `${cpu}, ${plural(cores, 'core')}, ${(memory / 2 ** 30).toFixed(0)} GiB, ${platform}`],
    [
      'Versions',
      Object.entries(versions)
        .map((one) => one.join(' '))
        .join(', '),
    ],
  ];
}

function settingsOf(options: RunResult['options']): string {
  return Object.entries(options)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}

function saleOf({ sale }: RunResult): string {
  const skus = sale.items.slice(0, SHOWN_ITEMS).map(({ sku }) => sku);
  return [sale.id, ...skus, ...(sale.items.length > SHOWN_ITEMS ? ['…'] : [])].join(', ');
}

function generatorOf(harness: RunResult['harness']): string {
  return (
    `event loop ${percent(harness.utilization)} busy, up to ${milliseconds(harness.delayMaxMs)} ms late; ` +
    `${percent(harness.cpuShare)} of a core; requests left at most ${milliseconds(harness.sendLag.max)} ms late ` +
    `(p99 ${milliseconds(harness.sendLag.p99)}); ${integer(harness.waitedForConnection)} found every connection busy when due`
  );
}
