import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { faultTable, readFigures } from './fault-table.js';

const result = (fault: string, title: string, status: string) => ({
  ancestorTitles: [fault],
  title,
  status,
});

test('the table of faults has a line for each that ran, with what it noted down', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-figures-'));
  try {
    const file = path.join(folder, 'figures.jsonl');
    const noted = {
      test: 'fault: Redis FLUSHALL',
      withoutServiceMs: 1234,
      retries: 3,
      orders: 90,
      unknowns: 1,
    };
    const again = { ...noted, withoutServiceMs: 12, retries: 1 };
    writeFileSync(file, `${JSON.stringify(noted)}\n${JSON.stringify(again)}\n`);
    const results = [
      result('fault: Redis', 'FLUSHALL', 'passed'),
      result('fault: Redis', 'SIGSTOP', 'failed'),
      result('fault: Redis', 'kill -9', 'pending'),
      result('the outbox', 'tells', 'passed'),
    ];
    expect(faultTable(results, readFigures(file))).toEqual([
      '| Fault | Case     | Verdict | Without service | Retries | Unknown | Orders |',
      '| ----- | -------- | ------- | --------------- | ------- | ------- | ------ |',
      '| Redis | FLUSHALL | holds   | 1.23 s          | 4       | 2       | 180    |',
      '| Redis | SIGSTOP  | BROKEN  | –               | –       | –       | –      |',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('without a fault there is no table', () => {
  expect(faultTable([result('the outbox', 'tells', 'passed')], readFigures('/nowhere'))).toEqual([]);
});
