import { describe, expect, it } from '@jest/globals';
import { LockUsageError } from '../../errors.js';
import { LockKeys, requireOneHashTag } from './keys.js';

describe('LockKeys', () => {
  it('makes the first segment the hash tag', () => {
    const keys = new LockKeys('shop:');
    expect(keys.lock('inventory:item:7:deduct')).toBe('shop:lock:{inventory}:item:7:deduct');
    const both: string[] = [];
    keys.push(both, 'inventory:item:7:deduct');
    expect(both).toEqual(['shop:lock:{inventory}:item:7:deduct', 'shop:fence:{inventory}:item:7:deduct']);
    expect(keys.lock('sweep')).toBe('shop:lock:{sweep}');
  });

  it('refuses a prefix that would make a hash tag of its own', () => {
    expect(() => new LockKeys('{shop}:')).toThrow(LockUsageError);
  });

  it('accepts resources of one hash tag, and no others', () => {
    expect(() => requireOneHashTag(['inventory:a', 'inventory:b'])).not.toThrow();
    expect(() => requireOneHashTag(['inventory:a', 'order:b'])).toThrow(LockUsageError);
    expect(() => requireOneHashTag([':a'])).toThrow(LockUsageError);
    expect(() => requireOneHashTag(['a}b:c'])).toThrow(LockUsageError);
  });
});
