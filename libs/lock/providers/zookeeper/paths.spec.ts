import { expect, test } from '@jest/globals';
import { decoded, placesOf, ZooKeeperPaths } from './paths.js';

test('places stand in the order in which they were taken, also where ZooKeeper’s numbers begin anew', () => {
  const names = ['b:-2147483648', 'a:2147483647', 'no place', 'd:-000000005', 'c%3A1:-2147483647'];
  expect(placesOf('/locks/x', names).map(({ token }) => token)).toEqual(['a', 'b', 'c:1', 'd']);
});

test('a name is one step of a path, whatever is in it', () => {
  const paths = new ZooKeeperPaths('/shop');
  for (const name of ['..', 'a/b', 'a.b:c', '%']) {
    const [, , , encoded = '', ...rest] = paths.lock(name).split('/');
    expect([rest, /^[^./]+$/.test(encoded), decoded(encoded)]).toEqual([[], true, name]);
  }
});

test('the foundations are laid from the top', () => {
  expect(new ZooKeeperPaths('/a/b').foundations).toEqual([
    '/a',
    '/a/b',
    '/a/b/locks',
    '/a/b/values',
    '/a/b/clock',
    '/a/b/generation',
  ]);
});

test('what is no name of ours is a place of nobody’s', () => {
  expect(placesOf('/locks/x', ['%zz:0000000007'])).toMatchObject([{ token: '%zz' }]);
});
