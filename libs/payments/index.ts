export { DuePayments } from './due-payments.js';
export {
  GatewayUnavailableError,
  PAYMENT_GATEWAY,
  type Charge,
  type GatewayAnswer,
  type PaymentGateway,
} from './gateway/payment-gateway.js';
export { SandboxGateway } from './gateway/sandbox-gateway.js';
export { PaymentsModule } from './payments.module.js';
export { Settlement, type PaymentEvent, type PaymentFact, type Settled } from './settlement.js';
