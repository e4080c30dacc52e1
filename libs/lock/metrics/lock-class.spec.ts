import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { LockClasses, lockClassOf } from './lock-class.js';

describe('the class of a lock', () => {
  it.each([
    [`inventory:item:${randomUUID()}:deduct`, 'inventory:item:deduct'],
    ['inventory:item:4711:deduct', 'inventory:item:deduct'],
    ['inventory:item:01ARZ3NDEKTSV4RRFFQ69G5FAV:deduct', 'inventory:item:deduct'],
    [`order:${randomBytes(20).toString('hex')}:pay`, 'order:pay'],
    ['inventory:item:PHONE-RED:deduct', 'inventory:item:deduct'],
    ['buyer:ann@example.org:cart', 'buyer:cart'],
    ['reservations:expired:sweep', 'reservations:expired:sweep'],
    ['payments:gatewayCalls:rate-limit', 'payments:gatewayCalls:rate-limit'],
    ['shop:tenant:blue:item:red:deduct', 'shop:tenant:deduct'],
    ['4711', 'other'],
    ['', 'other'],
  ])('of %s is %s', (resource, name) => {
    expect(lockClassOf(resource)).toBe(name);
  });

  it('is one of at most 100; further ones are other, and those that are known stay', () => {
    const classes = new LockClasses((resource) => resource);
    const names = Array.from({ length: 150 }, (_, index) => `class${index}`);
    const labels = new Set(names.flatMap((name) => classes.of([name])));
    expect(labels.size).toBe(101);
    expect([...labels].at(-1)).toBe('other');
    expect(classes.of(['class0', 'class149', 'class148'])).toEqual(['class0', 'other']);
  });

  it('is other where the function that names it throws', () => {
    const classes = new LockClasses(() => {
      throw new Error('no such class');
    });
    expect(classes.of(['a'])).toEqual(['other']);
  });
});
