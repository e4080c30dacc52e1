import { describe, expect, it } from '@jest/globals';
import { ceilingOf, cellOf, keyOf, nameOf } from './cell.js';
import { BATCHED, CEILING, CONTESTANT_NAMES, PER_ORDER } from './contestants.js';
import { cellsOf, cellsOfPart, PART_NAMES, type Choice } from './parts.js';

const CHOICE: Choice = {
  parts: PART_NAMES,
  strategies: CONTESTANT_NAMES,
  connections: [1, 1_000],
  crowd: 1_000,
  volume: 5_000,
};

describe('what is measured', () => {
  it('is each contestant at each number of connections', () => {
    const cells = cellsOfPart('concurrency', CHOICE);
    expect(cells).toHaveLength(CONTESTANT_NAMES.length * 2);
    expect(new Set(cells.map(({ contestant }) => contestant))).toEqual(new Set(CONTESTANT_NAMES));
  });

  it('is measured once a round where several parts show it', () => {
    const keys = cellsOf(CHOICE).map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    const shared = keyOf(cellOf(BATCHED, 'hot-item', 1_000));
    const showing = PART_NAMES.filter((part) => cellsOfPart(part, CHOICE).map(keyOf).includes(shared));
    expect(showing).toEqual(['concurrency', 'processes', 'volume', 'features']);
    expect(keys.filter((key) => key === shared)).toHaveLength(1);
  });

  it('has its ceiling beside it, wherever there is one', () => {
    for (const part of PART_NAMES) {
      const keys = new Set(cellsOfPart(part, CHOICE).map(keyOf));
      const ceilings = cellsOfPart(part, CHOICE).map(ceilingOf);
      for (const ceiling of ceilings) expect(ceiling === undefined || keys.has(keyOf(ceiling))).toBe(true);
      expect(ceilings.every((ceiling) => ceiling === undefined)).toBe(part === 'sale-page');
    }
  });

  it('compares the sold-out answers with orders that are accepted', () => {
    expect(ceilingOf(cellOf(BATCHED, 'sold-out', 10))).toEqual(cellOf(CEILING, 'hot-item', 10));
  });

  it('leaves out who was not chosen', () => {
    const cells = cellsOf({ ...CHOICE, strategies: [CEILING, PER_ORDER], parts: ['processes', 'zipf'] });
    expect(cells.map(({ contestant, workload }) => `${contestant} ${workload}`)).toEqual([
      `${CEILING} hot-item`,
      `${CEILING} zipf`,
      `${PER_ORDER} zipf`,
    ]);
  });

  it('is named by what sets it apart', () => {
    const cells = ['processes', 'volume', 'features', 'leases', 'batch-sizes'] as const;
    const names = cells.map((part) => nameOf(cellsOfPart(part, CHOICE).at(-1) ?? cellOf('', 'zipf', 1)));
    expect(names).toEqual([
      'batched, 4 processes',
      'batched, 5,000 orders',
      'batched, purchase limit',
      'batched, LOCK_LEASE_MS=10000',
      'batched, LANE_BATCH_SIZE=1000',
    ]);
    expect(cellsOfPart('features', CHOICE).map(nameOf)).toEqual([
      CEILING,
      'batched, RATE_LIMIT_BUYER=off',
      BATCHED,
      'batched, shop events',
      'batched, purchase limit',
    ]);
  });
});
