import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ProblemError } from '../problem/problems.js';
import { ACCESS, type Access, type BuyerRequest } from './access.js';
import { AdminKeys } from './admin-keys.js';
import { BuyerIdentity, type Buyer } from './buyer-identity.js';

/** Stands before every route and lets in nobody whom the route does not name. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly known = new WeakMap<object, Access>();

  constructor(
    private readonly reflector: Reflector,
    private readonly buyers: BuyerIdentity,
    private readonly administrators: AdminKeys,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = this.accessTo(context);
    const request = context.switchToHttp().getRequest<BuyerRequest>();
    switch (access) {
      case 'public':
        return true;
      case 'buyer':
        return this.admitBuyer(request);
      case 'admin':
        return this.admitAdministrator(request);
      case undefined:
        throw new ProblemError('forbidden', 'This route is closed.');
    }
  }

  /** What the route's decorators say; they do not change. */
  private accessTo(context: ExecutionContext): Access | undefined {
    const handler = context.getHandler();
    const known = this.known.get(handler);
    if (known) return known;
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [
      handler,
      context.getClass(),
    ]);
    if (access) this.known.set(handler, access);
    return access;
  }

  /** At once where the token can be told at once: a promise costs every order a turn. */
  private admitBuyer(request: BuyerRequest): true | Promise<true> {
    const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
    const isBearer = scheme?.toLowerCase() === 'bearer' && token && rest.length === 0;
    const buyer = isBearer ? this.buyers.verify(token) : undefined;
    return buyer instanceof Promise ? buyer.then((known) => admit(request, known)) : admit(request, buyer);
  }

  private admitAdministrator(request: BuyerRequest): true {
    const key = request.headers['x-api-key'];
    if (typeof key !== 'string' || !this.administrators.matches(key)) {
      throw new ProblemError('unauthenticated', 'Send x-api-key: <an administrator key>.');
    }
    return true;
  }
}

function admit(request: BuyerRequest, buyer: Buyer | undefined): true {
  if (!buyer) throw new ProblemError('unauthenticated', 'Send Authorization: Bearer <a valid buyer token>.');
  request.buyer = buyer;
  return true;
}
