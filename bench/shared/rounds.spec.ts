import { describe, expect, it } from '@jest/globals';
import { randomOf } from '#load';
import { aboutSo, roundsOf } from './rounds.js';

const CELLS = Array.from({ length: 20 }, (_, index) => `cell ${index}`);

describe('the rounds of a run', () => {
  it('have every cell once each, in an order of their own', () => {
    const plan = roundsOf(CELLS, 3, randomOf(1));
    const orders = [1, 2, 3].map((round) =>
      plan.filter((one) => one.round === round).map(({ cell }) => cell),
    );
    for (const order of orders) expect([...order].sort()).toEqual([...CELLS].sort());
    expect(new Set(orders.map(String)).size).toBe(3);
  });

  it('are the same for the same seed', () => {
    expect(roundsOf(CELLS, 2, randomOf(7))).toEqual(roundsOf(CELLS, 2, randomOf(7)));
    expect(roundsOf(CELLS, 2, randomOf(7))).not.toEqual(roundsOf(CELLS, 2, randomOf(8)));
  });
});

describe('about so long', () => {
  it('is in seconds, and in minutes from a minute and a half on', () => {
    expect(aboutSo(12_300)).toBe('13 s');
    expect(aboutSo(90_000)).toBe('2 min');
  });
});
