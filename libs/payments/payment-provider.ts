import type { Type } from '@nestjs/common';
import type { Database, WorkerConfig } from '#platform';
import type { PaymentGateway } from './gateway/payment-gateway.js';
import { SandboxGateway } from './gateway/sandbox-gateway.js';
import { PaymentWebhookController } from './webhook/payment-webhook.controller.js';

/** All that the service knows of a payment provider. */
export interface PaymentProvider {
  /** As buyers name it: `method` in POST /v1/orders/{id}/payments. */
  readonly method: string;
  /** Takes the money and gives it back, for the worker. */
  readonly openGateway: (config: WorkerConfig, database: Database) => PaymentGateway;
  /** Where the provider tells what happened: a controller of the API, which hands it on to `Settlement`. */
  readonly webhooks: Type;
}

/** The payment provider of this shop. Another one takes its place here: docs/make-it-yours.md. */
export const PAYMENT_PROVIDER: PaymentProvider = {
  method: 'sandbox',
  openGateway: (_, database) => new SandboxGateway(database),
  webhooks: PaymentWebhookController,
};
