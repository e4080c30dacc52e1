import { describe, expect, it } from '@jest/globals';
import { localTime, readLocalTime } from './local-time.js';

describe('a moment in an input', () => {
  it('is the moment that it was, to the minute', () => {
    const noon = Date.parse('2026-12-01T12:00:00Z');
    expect(readLocalTime(localTime(noon))).toBe('2026-12-01T12:00:00.000Z');
  });

  it('is nothing while it is incomplete', () => {
    expect(readLocalTime('')).toBe('');
  });
});
