import { expect, test } from '@jest/globals';
import { placesOf, resourceOf, ZooKeeperPaths } from './paths.js';

test('places stand in the order in which they were taken, also where ZooKeeper’s numbers begin anew', () => {
  const names = ['b:-2147483648', 'a:2147483647', 'no place', 'c%3A1:-2147483647'];
  expect(placesOf('/locks/x', names).map(({ token }) => token)).toEqual(['a', 'b', 'c:1']);
});

test('a name is one step of a path, whatever is in it', () => {
  const paths = new ZooKeeperPaths('/shop');
  for (const name of ['..', 'a/b', 'a.b:c', '%']) {
    const [, , , encoded = '', ...rest] = paths.lock(name).split('/');
    expect([rest, /^[^./]+$/.test(encoded), resourceOf(encoded)]).toEqual([[], true, name]);
  }
});

test('the foundations are laid from the top', () => {
  expect(new ZooKeeperPaths('/a/b').foundations).toEqual([
    '/a',
    '/a/b',
    '/a/b/locks',
    '/a/b/values',
    '/a/b/clock',
  ]);
});
