import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Meter } from '../meter.js';
import { progressLine } from './progress-line.js';
import { Progress } from './progress.js';

describe('the progress', () => {
  let written: string[];
  beforeEach(() => {
    jest.useFakeTimers();
    written = [];
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  function progressOn(isTerminal: boolean): Progress {
    return new Progress({ isTerminal, write: (text) => written.push(text) });
  }

  it('is a line every two seconds where it goes to a file', () => {
    const progress = progressOn(false);
    let count = 0;
    progress.show(() => `at ${++count}`);
    jest.advanceTimersByTime(4_500);
    progress.done();
    jest.advanceTimersByTime(10_000);
    expect(written).toEqual(['at 1\n', 'at 2\n']);
  });

  it('is one line that is redrawn and wiped on a terminal, and never mixes with lines that stay', () => {
    const progress = progressOn(true);
    progress.show(() => 'working');
    jest.advanceTimersByTime(200);
    progress.print('done something');
    progress.done();
    expect(written.join('|')).toBe('\r\x1b[Kworking|\r\x1b[Kworking|\r\x1b[K|done something\n');
  });

  it('names what was answered, accepted and refused', () => {
    const meter = new Meter([1]);
    meter.begin(Date.now());
    meter.accept(Date.now(), 1, [{ item: 0, quantity: 1 }]);
    meter.refuse(Date.now(), 1, 'sold_out');
    expect(progressLine(meter, 4)).toMatch(
      /^█{10}░{10} answered 2 of 4 {2}accepted 1 {2}refused 1 {2}errors 0 /,
    );
  });
});
