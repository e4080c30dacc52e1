import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseOptions, type LoadOptions } from '../options.js';
import { randomOf } from '../random.js';
import { arrivalTimes } from './arrivals.js';
import { createScenario } from './scenario.js';

function optionsOf(line: string): LoadOptions {
  const options = parseOptions(`${line} --seed 5`.trim().split(' '));
  if (!options) throw new Error('no options');
  return options;
}

const scenarioOf = (line: string) => createScenario(optionsOf(line), randomOf(5));

describe('the scenario', () => {
  it('is the same for the same seed', () => {
    const line = '--buyers 50 --carts --mix 40 --profile ramp --duration 3';
    expect(scenarioOf(line)).toEqual(scenarioOf(line));
  });

  it('sends every order once, among the readers', () => {
    const { orders, arrivals } = scenarioOf('--buyers 40 --mix 80 --purchase-limit 2');
    const sent = arrivals.flatMap(({ order }) => (order === undefined ? [] : [order]));
    expect(arrivals).toHaveLength(600);
    expect([...sent].sort((a, b) => a - b)).toEqual(orders.map((_, index) => index));
    expect(sent).not.toEqual(orders.map((_, index) => index)); // in random order
  });

  it('gives each order a key of its own', () => {
    const { orders } = scenarioOf('--buyers 30 --purchase-limit 3');
    expect(orders).toHaveLength(120);
    expect(new Set(orders.map(({ key }) => key)).size).toBe(120);
    expect(new Set(orders.map(({ buyer }) => buyer)).size).toBe(30);
  });

  it('fills carts with two to four different items, in no fixed order', () => {
    const { orders } = scenarioOf('--buyers 200 --carts --items 5 --quantity 3');
    const carts = orders.map(({ lines }) => lines.map(({ item }) => item));
    for (const cart of carts) {
      expect(cart.length).toBeGreaterThanOrEqual(2);
      expect(cart.length).toBeLessThanOrEqual(4);
      expect(new Set(cart).size).toBe(cart.length);
    }
    expect(carts.some(([a = 0, b = 0]) => a > b)).toBe(true);
    expect(carts.some(([a = 0, b = 0]) => a < b)).toBe(true);
    expect(orders.every(({ lines }) => lines.every(({ quantity }) => quantity === 3))).toBe(true);
  });
});

describe('the arrivals', () => {
  it('come all at once in a burst', () => {
    expect(arrivalTimes({ profile: 'burst', rate: undefined, durationSec: 60 }, 3)).toEqual([0, 0, 0]);
  });

  it('come evenly in a steady stream, and not after its end', () => {
    expect(arrivalTimes({ profile: 'steady', rate: 4, durationSec: 1 }, 10)).toEqual([0, 250, 500, 750]);
  });

  it('ascend within the duration, and come ever faster in a ramp', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 500 }), (durationSec, rate) => {
        const times = arrivalTimes({ profile: 'ramp', rate, durationSec }, 20_000);
        expect(Math.abs(times.length - (rate * durationSec) / 2)).toBeLessThanOrEqual(1);
        const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
        expect(gaps.every((gap, index) => gap > 0 && gap <= (gaps[index - 1] ?? Infinity) + 1e-6)).toBe(true);
        expect(times.at(-1) ?? 0).toBeLessThan(durationSec * 1000);
      }),
    );
  });
});
