import { describe, expect, it } from '@jest/globals';
import { parseMetrics } from './prometheus.js';

describe("Prometheus' text", () => {
  it('is read line by line, with its labels', () => {
    const text = [
      '# HELP holdfast_orders_total Orders by outcome',
      '# TYPE holdfast_orders_total counter',
      'holdfast_orders_total{strategy="batched",outcome="accepted"} 100',
      'holdfast_orders_waiting 3',
      '',
    ].join('\n');
    expect(parseMetrics(text)).toEqual([
      { name: 'holdfast_orders_total', labels: { strategy: 'batched', outcome: 'accepted' }, value: 100 },
      { name: 'holdfast_orders_waiting', labels: {}, value: 3 },
    ]);
  });

  it('keeps what is escaped in a label, braces and commas included', () => {
    expect(parseMetrics('a{b="say \\"x, {y}\\"",c="\\\\n\\n"} 1')[0]?.labels).toEqual({
      b: 'say "x, {y}"',
      c: '\\n\n',
    });
  });

  it.each([
    ['a 1.5e-3', 0.0015],
    ['a +Inf', Infinity],
    ['a -Inf', -Infinity],
    ['a NaN', NaN],
    ['a 7 1700000000000', 7],
  ])('%s is %d', (line, value) => {
    expect(parseMetrics(line)[0]?.value).toBe(value);
  });

  it('passes over what is none of it', () => {
    expect(parseMetrics('<!doctype html>\n\n{} 1\nword')).toEqual([]);
  });
});
