import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GatewayUnavailableError, type Charge, type GatewayAnswer, type PaymentGateway } from '#payments';

/** A gateway under test, and the provider behind it. */
export interface GatewayLab {
  readonly gateway: PaymentGateway;
  /** What makes the provider take the money, or decline: a token, or an outcome of the sandbox. */
  wanting(wish: 'succeed' | 'decline'): Partial<Charge>;
  /** Minor units that the provider has of a payment by its own books: what it captured, less what it gave back. */
  taken(paymentId: string): Promise<number>;
  /** The provider does what it is asked next, and its answer is lost. Some charges ask for that themselves. */
  loseAnswer(): Partial<Charge>;
  /** Nobody answers, until `back`. */
  away?(): Promise<void>;
  back?(): Promise<void>;
  close(): Promise<void>;
}

/** The worker asks the same again after ten seconds. */
const ANSWER_LIMIT_MS = 9_000;

/** What `PaymentGateway` promises, by the provider's own books. A shop runs it on the sandbox of its own provider. */
export function gatewaySuite(title: string, open: () => Promise<GatewayLab>): void {
  describe(`${title} as a payment gateway`, () => {
    let lab: GatewayLab;

    beforeAll(async () => {
      lab = await open();
    });

    afterAll(() => lab.close());

    const charge = (changes: Partial<Charge> = lab.wanting('succeed')): Charge => ({
      ...{ paymentId: randomUUID(), orderId: randomUUID(), amount: 12_345, currency: 'EUR' },
      ...{ token: null, outcome: null },
      ...changes,
    });
    const times = (count: number, ask: () => Promise<GatewayAnswer>) =>
      Promise.all(Array.from({ length: count }, ask));
    const SUCCEEDED = { status: 'succeeded', amount: 12_345, currency: 'EUR' };

    test('captures once, however often it is asked under one key', async () => {
      const due = charge();
      const answers = [
        ...(await times(5, () => lab.gateway.capture(due))),
        await lab.gateway.capture({ ...due }),
      ];
      expect(answers).toEqual(Array.from(answers, () => SUCCEEDED));
      expect(await lab.taken(due.paymentId)).toBe(12_345);
    });

    test('keeps payments apart', async () => {
      const [first, second] = [charge(), charge()];
      await Promise.all([lab.gateway.capture(first), lab.gateway.capture(second)]);
      await lab.gateway.refund(first);
      expect([await lab.taken(first.paymentId), await lab.taken(second.paymentId)]).toEqual([0, 12_345]);
    });

    test('captures what it has authorized, once', async () => {
      const due = charge();
      expect(await lab.gateway.authorize(due)).toEqual(SUCCEEDED);
      expect(await lab.taken(due.paymentId)).toBe(0);
      expect(await times(3, () => lab.gateway.capture(due))).toEqual([SUCCEEDED, SUCCEEDED, SUCCEEDED]);
      expect(await lab.taken(due.paymentId)).toBe(12_345);
    });

    test('answers a decline, and the same again', async () => {
      const due = charge(lab.wanting('decline'));
      const [first, again] = [await lab.gateway.capture(due), await lab.gateway.capture(due)];
      expect(first).toEqual({ status: 'declined', failureCode: expect.stringMatching(/^.{1,255}$/) });
      expect(again).toEqual(first);
      expect(await lab.taken(due.paymentId)).toBe(0);
    });

    test('lets go what it has authorized, once', async () => {
      const due = charge();
      await lab.gateway.authorize(due);
      expect(await times(3, () => lab.gateway.void(due))).toEqual([SUCCEEDED, SUCCEEDED, SUCCEEDED]);
      expect(await lab.taken(due.paymentId)).toBe(0);
    });

    test('gives back what it has captured, once', async () => {
      const due = charge();
      await lab.gateway.capture(due);
      expect(await times(3, () => lab.gateway.refund(due))).toEqual([SUCCEEDED, SUCCEEDED, SUCCEEDED]);
      expect(await lab.taken(due.paymentId)).toBe(0);
    });

    test('declines to give back what it never took', async () => {
      const due = charge();
      expect(await lab.gateway.refund(due)).toMatchObject({ status: 'declined' });
      expect(await lab.taken(due.paymentId)).toBe(0);
    });

    test('says when an answer was lost, and what came of it when it is asked again', async () => {
      const due = charge({ ...lab.wanting('succeed'), ...lab.loseAnswer() });
      await expect(lab.gateway.capture(due)).rejects.toBeInstanceOf(GatewayUnavailableError);
      expect(await lab.gateway.capture(due)).toEqual(SUCCEEDED);
      expect(await lab.taken(due.paymentId)).toBe(12_345);
    });

    test('says in time that nobody answers', async () => {
      if (!lab.away || !lab.back) return; // a provider in our own database is never away alone
      await lab.away();
      try {
        const began = performance.now();
        await expect(lab.gateway.capture(charge())).rejects.toBeInstanceOf(GatewayUnavailableError);
        expect(performance.now() - began).toBeLessThan(ANSWER_LIMIT_MS);
      } finally {
        await lab.back();
      }
      expect(await lab.gateway.capture(charge())).toEqual(SUCCEEDED);
    });
  });
}
