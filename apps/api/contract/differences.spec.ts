import { describe, expect, it } from '@jest/globals';
import { differencesBetween } from './differences.js';

const operation = (status: string) => ({ responses: { [status]: { description: 'fine' } } });

describe('the differences between two documents', () => {
  it('are none between two of the same', () => {
    const document = () => ({
      paths: { '/a': { get: operation('200') } },
      components: { schemas: { A: {} } },
    });
    expect(differencesBetween(document(), document())).toEqual([]);
  });

  it('name operations and schemas that have come or gone', () => {
    const before = { paths: { '/a': { get: operation('200') } }, components: { schemas: { A: {} } } };
    const after = { paths: { '/a': { post: operation('200') } }, components: { schemas: { B: {} } } };
    expect(differencesBetween(before, after)).toEqual([
      'GET /a is gone',
      'schemas A is gone',
      'POST /a is new',
      'schemas B is new',
    ]);
  });

  it('lead to the first place where one has changed', () => {
    const before = { paths: { '/a': { get: operation('200') } }, info: { version: '1' } };
    const after = { paths: { '/a': { get: operation('201') } }, info: { version: '2' } };
    expect(differencesBetween(before, after)).toEqual([
      'GET /a has changed › responses › 200',
      'info has changed › version',
    ]);
  });
});
