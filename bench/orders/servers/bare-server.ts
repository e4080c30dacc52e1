import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import { answerCalls } from '../../shared/answer-calls.js';

/** What the bare server can be asked. */
export interface BareServerCalls {
  listen: { asked: null; answered: { readonly port: number } };
}

interface OrderBody {
  readonly saleId: string;
  readonly lines: readonly { readonly itemId: string; readonly quantity: number }[];
}

const UUID = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
const BODY = {
  type: 'object',
  required: ['saleId', 'lines'],
  additionalProperties: false,
  properties: {
    saleId: { type: 'string', pattern: UUID },
    lines: {
      type: 'array',
      minItems: 1,
      maxItems: 20,
      items: {
        type: 'object',
        required: ['itemId', 'quantity'],
        additionalProperties: false,
        properties: {
          itemId: { type: 'string', pattern: UUID },
          quantity: { type: 'integer', minimum: 1, maximum: 1000 },
        },
      },
    },
  },
};
const PRICE = { amount: 129_900, currency: 'EUR' };
const HOLD_MS = 600_000;

/** The ceiling of the ceiling: what Fastify and Node cost by themselves for a body and an answer of this shape. */
const server = fastify({ logger: false });

server.post<{ Body: OrderBody }>('/v1/orders', { schema: { body: BODY } }, (request, reply) => {
  const { saleId, lines } = request.body;
  const id = randomUUID();
  const now = Date.now();
  void reply.status(201).header('location', `/v1/orders/${id}`);
  return reply.send({
    id,
    saleId,
    status: 'pending_payment',
    lines: lines.map(({ itemId, quantity }) => ({
      itemId,
      sku: 'LOAD-00000000-1',
      quantity,
      unitPrice: PRICE,
    })),
    total: PRICE,
    expiresAt: new Date(now + HOLD_MS).toISOString(),
    createdAt: new Date(now).toISOString(),
    paidAt: null,
    payments: [],
    metadata: {},
  });
});

server.get('/health/live', () => ({ status: 'ok' }));

answerCalls<BareServerCalls>({
  listen: async () => {
    await server.listen({ port: 0, host: '127.0.0.1' });
    return { port: (server.server.address() as AddressInfo).port };
  },
});
