import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Buyer } from './buyer-identity.js';

export type Access = 'public' | 'buyer' | 'admin';
export const ACCESS = 'holdfast:access';

/** Who may call a route. A route without one of these is closed to everybody. */
export const Public = () => SetMetadata(ACCESS, 'public' satisfies Access);
export const ForBuyers = () => SetMetadata(ACCESS, 'buyer' satisfies Access);
export const ForAdministrators = () => SetMetadata(ACCESS, 'admin' satisfies Access);

/** The body as it arrived, for who has to verify a signature of it. */
export type RawBodyRequest = FastifyRequest & { rawBody?: string };

export type BuyerRequest = FastifyRequest & { buyer?: Buyer };

/** The id of the buyer whom the guard let in. */
export const BuyerId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { buyer } = context.switchToHttp().getRequest<BuyerRequest>();
  if (!buyer) throw new Error('@BuyerId() stands on a route that is not @ForBuyers().');
  return buyer.buyerId;
});
