export { Outbox, type OutboxDepth } from './outbox.js';
export { OutboxModule } from './outbox.module.js';
export { OutboxRelay } from './outbox-relay.js';
export { oldDeadLetters } from './retention.js';
export type { OrderFacts, ShopEvent, StockFacts } from './shop-event.js';
export { ShopWebhook } from './shop-webhook.js';
