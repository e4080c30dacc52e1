import { describe, expect, test } from '@jest/globals';
import { validate, version } from 'uuid';
import { newId } from './ids.js';

describe('newId', () => {
  test('makes UUIDs of version 7, none twice', () => {
    const ids = Array.from({ length: 10_000 }, newId);
    expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('makes later ones that sort behind earlier ones', async () => {
    const earlier = newId();
    await new Promise((resolve) => setTimeout(resolve, 3));
    expect(newId() > earlier).toBe(true);
  });
});
