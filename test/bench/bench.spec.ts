import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import type { MeasuredCell } from '../../bench/orders/results.js';
import type { RunRecord } from '../../bench/orders/run-record.js';
import { LauncherProcess } from '../local/launcher-process.js';
import { descendantsOf, runningOf } from '../local/process-table.js';
import { temporaryFolder } from '../local/temporary-folder.js';

jest.setTimeout(180_000);

type ResultFile = Omit<RunRecord, 'results'> & { readonly cells: readonly MeasuredCell[] };

/** Figures of so short a run mean nothing: this is about whether it runs, and what it leaves behind. */
const TINY = ['--rounds', '1', '--seconds', '0.5', '--connections', '10'];

describe('npm run bench', () => {
  const folder = temporaryFolder('bench');

  afterAll(() => folder.remove());

  function bench(...args: string[]): LauncherProcess {
    const output = ['--output', folder.path];
    return LauncherProcess.run(process.execPath, ['scripts/run.mjs', 'bench', ...TINY, ...output, ...args], {
      npm_lifecycle_event: 'bench',
    });
  }

  test('measures its contestants, holds their books against what they said, and writes its report', async () => {
    const run = bench('--only', 'concurrency,sold-out', '--strategies', 'noop,per-order', '--seed', '5');
    await run.says(/^cell [23] of 3/);
    const started = descendantsOf(run.pid);
    expect(started.length).toBeGreaterThan(3); // PostgreSQL, Redis, the generator, a service
    expect({ code: await run.exit, output: run.output }).toMatchObject({ code: 0 });
    expect(runningOf(started)).toEqual([]);

    const result = JSON.parse(readFileSync(path.join(folder.path, 'result.json'), 'utf8')) as ResultFile;
    expect(result).toMatchObject({
      seed: 5,
      versions: { PostgreSQL: expect.stringMatching(/^\d+/) },
      notes: [expect.stringMatching(/^PostgreSQL: fsync.*huge pages (on|off);/)],
    });
    const measured = result.cells.map(({ cell, round, finding }) => ({
      what: `${cell.contestant} ${cell.workload} ${round}`,
      kinds: Object.keys(finding.counts),
      broken: finding.broken,
    }));
    expect(measured.sort((a, b) => a.what.localeCompare(b.what))).toEqual([
      { what: 'noop hot-item 1', kinds: ['201'], broken: [] },
      { what: 'per-order hot-item 1', kinds: ['201'], broken: [] },
      { what: 'per-order sold-out 1', kinds: ['409 sold_out'], broken: [] },
    ]);
    for (const { finding } of result.cells) {
      const { perSecond = 0, apiPeakMb = NaN } = finding.figures;
      expect(perSecond).toBeGreaterThan(10);
      if (process.platform === 'linux') expect(apiPeakMb).toBeGreaterThan(20);
    }
    const perOrder = result.cells.find(
      ({ cell }) => cell.contestant === 'per-order' && cell.workload === 'hot-item',
    );
    expect(perOrder?.finding.figures.walBytes).toBeGreaterThan(100);
    expect(perOrder?.finding.figures.lockWaitMs).toBeGreaterThan(0);

    const page = readFileSync(path.join(folder.path, 'report.html'), 'utf8');
    expect(page).toContain('One hot item: orders a second');
    expect(page).toContain('per-order');
    expect(page).not.toMatch(/NaN|undefined|(src|href)=/);
    expect(run.output).toMatch(/concurrency: .*\n.*of ceiling/);
  });

  test('ends everything it started when it is interrupted', async () => {
    const run = bench('--only', 'concurrency', '--strategies', 'noop', '--rounds', '50');
    await run.says(/^cell \d+ of 50/);
    const started = descendantsOf(run.pid);
    run.interruptGroup();
    expect(await run.exit).toBe(130);
    expect(runningOf(started)).toEqual([]);
  });
});
