import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROBLEMS, type ProblemCode } from '#platform';
import { EXAMPLES } from './examples.js';
import type { Heard } from './send.js';
import { Target } from './target.js';
import { mutantsOf, type Mutant } from './values.js';

const REFUSALS: readonly ProblemCode[] = ['validation_failed', 'malformed_json'];
const CODES = (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => PROBLEMS[code].status < 500);
const WITH_BODY = Object.keys(EXAMPLES).filter((route) => EXAMPLES[route]?.body);

describe('every member of every body', () => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.open();
  }, 60_000);

  afterAll(() => target.close());

  test('of the document is in an example, and every route too', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(target.contract.routes.sort());
    for (const route of target.contract.routes) {
      const schema = target.contract.bodyOf(route);
      const members = schema ? target.contract.membersOf(schema) : [];
      const body: unknown = EXAMPLES[route]?.body?.(target.world);
      const missing = members.filter((path) => valueAt(body, path) === undefined);
      expect([route, missing]).toEqual([route, []]);
    }
  });

  test.each(WITH_BODY)(
    'of %s is refused in any form that the contract forbids, and no other harms',
    async (route) => {
      const schema = target.contract.bodyOf(route) ?? {};
      const whole = () => EXAMPLES[route]?.body?.(target.world) ?? {};
      const bare = () => target.contract.bareOf(route, whole()); // some are recognised by their usual form
      const mutants = [...mutantsOf(whole), ...mutantsOf(bare)];
      const isAllowed = ({ isPoison, value }: Mutant) => !isPoison && target.contract.allows(schema, value);

      const before = await target.digest();
      const refused = await sendAll(mutants.filter((mutant) => !isAllowed(mutant)));
      expect(faultsIn(refused, REFUSALS)).toEqual([]);
      expect(await target.digest()).toEqual(before);
      expect((await target.send(route)).status).toBeLessThan(300); // it was for the hostile member alone

      const answered = await sendAll(mutants.filter(isAllowed));
      const others = answered.filter(({ heard }) => heard.status >= 300);
      expect(faultsIn(others, CODES)).toEqual([]);

      function sendAll(all: readonly Mutant[]) {
        return Promise.all(
          all.map(async ({ name, text }) => ({ name, heard: await target.send(route, { body: text }) })),
        );
      }
    },
    120_000,
  );

  test('leaves the service unharmed', () => target.expectUnharmed());

  function faultsIn(
    answers: readonly { readonly name: string; readonly heard: Heard }[],
    codes: readonly ProblemCode[],
  ): string[] {
    return answers.flatMap(({ name, heard }) =>
      target.faultsOf(heard, codes).map((fault) => `${name}: ${fault}`),
    );
  }
});

function valueAt(body: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], body);
}
