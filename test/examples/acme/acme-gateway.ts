import { GatewayUnavailableError, type Charge, type GatewayAnswer, type PaymentGateway } from '#payments';

/** Below the ten seconds after which the worker asks again. */
const TIMEOUT_MS = 5_000;

/** Acme Pay: a payment provider as most are, with an API over HTTP and idempotency keys. */
export class AcmeGateway implements PaymentGateway {
  constructor(
    private readonly url: string,
    private readonly apiKey: string,
  ) {}

  authorize(charge: Charge): Promise<GatewayAnswer> {
    return this.ask('authorize', charge);
  }

  capture(charge: Charge): Promise<GatewayAnswer> {
    return this.ask('capture', charge);
  }

  void(charge: Charge): Promise<GatewayAnswer> {
    return this.ask('void', charge);
  }

  refund(charge: Charge): Promise<GatewayAnswer> {
    return this.ask('refund', charge);
  }

  private async ask(operation: string, charge: Charge): Promise<GatewayAnswer> {
    const { paymentId, orderId, amount, currency, token } = charge;
    try {
      const response = await fetch(`${this.url}/charges/${paymentId}/${operation}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.apiKey}`,
          'content-type': 'application/json',
          'idempotency-key': `${paymentId}/${operation}`, // the same question has the same key, whoever asks
        },
        body: JSON.stringify({ amount, currency, source: token, reference: orderId }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return await readAnswer(response);
    } catch (error) {
      throw new GatewayUnavailableError(`Acme did not answer: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** A decline is an answer; whatever else is no success says nothing of what was done. */
async function readAnswer(response: Response): Promise<GatewayAnswer> {
  const isDecline = response.status === 402;
  if (!response.ok && !isDecline) throw new Error(`status ${response.status}`);
  const body = (await response.json()) as { amount: number; currency: string; reason: string };
  return isDecline
    ? { status: 'declined', failureCode: body.reason }
    : { status: 'succeeded', amount: body.amount, currency: body.currency };
}
