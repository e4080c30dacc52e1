export { DuePayments } from './due-payments.js';
export {
  GatewayUnavailableError,
  type Charge,
  type GatewayAnswer,
  type PaymentGateway,
} from './gateway/payment-gateway.js';
export { PAYMENT_PROVIDER, type PaymentProvider } from './payment-provider.js';
export { SandboxGateway } from './gateway/sandbox-gateway.js';
export { PaymentsModule } from './payments.module.js';
export { PaymentsService } from './payments.service.js';
export { Settlement, type PaymentEvent, type PaymentFact, type Settled } from './settlement.js';
export { oldPaymentEvents } from './retention.js';
