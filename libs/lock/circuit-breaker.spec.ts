import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CircuitBreaker } from './circuit-breaker.js';

describe('CircuitBreaker', () => {
  let nowMs = 0;
  let opened: unknown[];
  let breaker: CircuitBreaker;
  beforeEach(() => {
    nowMs = 5_000;
    opened = [];
    jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
    breaker = new CircuitBreaker({ openMs: 1_000, onOpen: (cause) => opened.push(cause) });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('admits everybody while the store answers', () => {
    expect([breaker.admits(), breaker.admits()]).toEqual([true, true]);
  });

  it('refuses for openMs after a failure, and tells once', () => {
    breaker.failed('away');
    nowMs += 999;
    breaker.failed('sent before it opened');
    expect(breaker.admits()).toBe(false);
    expect(breaker.cause).toBe('away');
    expect(opened).toEqual(['away']);
  });

  it('then admits one probe, whose success closes it', () => {
    breaker.failed('away');
    nowMs += 1_000;
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false]);
    breaker.succeeded();
    expect([breaker.admits(), breaker.admits()]).toEqual([true, true]);
  });

  it('and whose failure opens it again', () => {
    breaker.failed('away');
    nowMs += 1_000;
    breaker.admits();
    breaker.failed('still away');
    expect(breaker.admits()).toBe(false);
    nowMs += 1_000;
    expect(breaker.admits()).toBe(true);
    expect(opened).toEqual(['away', 'still away']);
  });
});
