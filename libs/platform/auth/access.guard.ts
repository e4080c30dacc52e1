import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ProblemError } from '../problem/problems.js';
import { ACCESS, type Access, type BuyerRequest } from './access.js';
import { AdminKeys } from './admin-keys.js';
import { BuyerTokens } from './buyer-tokens.js';

/** Stands before every route and lets in nobody whom the route does not name. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly buyers: BuyerTokens,
    private readonly administrators: AdminKeys,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
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

  private admitBuyer(request: BuyerRequest): true {
    const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
    const buyer =
      scheme?.toLowerCase() === 'bearer' && token && rest.length === 0
        ? this.buyers.verify(token)
        : undefined;
    if (!buyer)
      throw new ProblemError('unauthenticated', 'Send Authorization: Bearer <a valid buyer token>.');
    request.buyer = buyer;
    return true;
  }

  private admitAdministrator(request: BuyerRequest): true {
    const key = request.headers['x-api-key'];
    if (typeof key !== 'string' || !this.administrators.matches(key)) {
      throw new ProblemError('unauthenticated', 'Send x-api-key: <an administrator key>.');
    }
    return true;
  }
}
