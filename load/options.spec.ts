import { describe, expect, it } from '@jest/globals';
import { helpPage, OPTIONS } from './option-table.js';
import { ordersPerBuyer, parseOptions, requestsOf, type LoadOptions } from './options.js';

function parse(line: string): LoadOptions {
  const options = parseOptions(line === '' ? [] : line.split(' '));
  if (!options) throw new Error('The help was asked for.');
  return options;
}

describe('the options', () => {
  it('sell 100 units of one item to 1,000 buyers on 1,000 connections in one burst by default', () => {
    expect(parse('')).toMatchObject({
      buyers: 1_000,
      connections: 1_000,
      stock: 100,
      items: 1,
      quantity: 1,
      carts: false,
      purchaseLimit: undefined,
      profile: 'burst',
      rate: undefined,
      readPercent: 0,
      retries: 0,
      runs: 1,
      target: { kind: 'own', strategy: undefined },
    });
  });

  it('draw a seed, and take one back', () => {
    expect(parse('').seed).toBeGreaterThanOrEqual(0);
    expect(parse('--seed 42').seed).toBe(42);
  });

  it('open as many connections as there are buyers, and never more than requests', () => {
    expect(parse('--buyers 60').connections).toBe(60);
    expect(parse('--buyers 60 --mix 50 --connections 120').connections).toBe(120);
    expect(() => parse('--buyers 60 --connections 61')).toThrow('--connections must not be above');
  });

  it('take a rate as a steady stream whose duration follows, or a duration whose rate follows', () => {
    expect(parse('--rate 100 --buyers 1000')).toMatchObject({
      profile: 'steady',
      rate: 100,
      durationSec: 10,
    });
    expect(parse('--profile steady --duration 20')).toMatchObject({ rate: 50, durationSec: 20 });
    expect(parse('--profile ramp --duration 20')).toMatchObject({ rate: 100, durationSec: 20 });
    expect(parse('--profile ramp --rate 100')).toMatchObject({ durationSec: 20 });
  });

  it('send one order more than a purchase limit allows, and readers beside the buyers', () => {
    expect(ordersPerBuyer(parse('--purchase-limit 3'))).toBe(4);
    expect(ordersPerBuyer(parse('--purchase-limit 3 --quantity 2'))).toBe(2);
    expect(requestsOf(parse('--buyers 100 --mix 80'))).toBe(500);
  });

  it('attach to a service of this machine', () => {
    expect(
      parse('--url http://127.0.0.1:3000/ --admin-key secret --database-url postgres://h/d').target,
    ).toEqual({
      kind: 'attached',
      url: 'http://127.0.0.1:3000',
      adminKey: 'secret',
      databaseUrl: 'postgres://h/d',
    });
    expect(parse('--url http://[::1]:3000 --admin-key secret').target).toMatchObject({
      url: 'http://[::1]:3000',
    });
  });

  it.each([
    ['--bogus', 'There is no option --bogus'],
    ['--buyers', '--buyers'],
    ['buyers', 'options begin with --'],
    ['--buyers 0', '--buyers expects a whole number from 1 to 100000, not "0"'],
    ['--buyers 1e3', '--buyers expects'],
    ['--buyers -5', '--buyers'],
    ['--stock 1.5', '--stock expects'],
    ['--mix 100', '--mix expects a whole number from 0 to 99'],
    ['--profile wave', '--profile expects one of burst, steady, ramp'],
    ['--profile burst --rate 5', '--rate needs --profile steady or ramp'],
    ['--carts --items 1', '--carts needs --items of 2 or more'],
    ['--purchase-limit 1 --quantity 2', '--quantity must not be above --purchase-limit'],
    ['--buyers 100000 --purchase-limit 9', 'orders are too many'],
    ['--buyers 100000 --mix 99', 'more than 2000000 requests'],
    ['--rate 1 --buyers 5000', '--rate is too low'],
    ['--runs 2 --json a.json', 'cannot be set with --runs'],
    ['--url http://127.0.0.1:3000', '--url needs --admin-key'],
    ['--url https://127.0.0.1 --admin-key k', '--url expects an address such as'],
    ['--url nonsense --admin-key k', '--url expects an address such as'],
    ['--url http://shop.example --admin-key k', 'not shop.example'],
    ['--url http://127.0.0.1.evil.example --admin-key k', 'not 127.0.0.1.evil.example'],
    ['--url http://127.0.0.1:3000/api --admin-key k', 'host and port alone'],
    ['--url http://127.0.0.1:3000 --admin-key k --strategy per-order', '--strategy cannot be set with --url'],
    ['--url http://127.0.0.1:3000 --admin-key k --database-url mysql://x', '--database-url expects'],
    ['--admin-key k', '--admin-key needs --url'],
    ['--database-url postgres://h/d', '--database-url needs --url'],
  ])('refuse %s in one line that says what is wrong', (line, message) => {
    let thrown: unknown;
    try {
      parse(line);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name: 'UsageError' });
    expect((thrown as Error).message).toContain(message);
    expect((thrown as Error).message).not.toContain('\n');
  });

  it('are all in the help, with examples', () => {
    expect(parseOptions(['--help'])).toBeUndefined();
    for (const name of Object.keys(OPTIONS)) expect(helpPage()).toContain(`--${name}`);
    expect(helpPage()).toContain('npm run load -- --strategy unguarded');
  });
});
