import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { LockUsageError } from '../errors.js';
import { LockManager } from '../lock-manager.js';
import { decoratedMethods, giveLocks, type DecoratedMethod } from './decorated-method.js';

/** Looks at every method under @Locked and @ScheduledLock as the application starts, not when it is first called. */
@Injectable()
export class DecoratedMethods implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly locks: LockManager,
  ) {}

  /** @throws LockUsageError */
  onModuleInit(): void {
    for (const { instance, metatype, isNotMetatype } of this.hosts()) {
      const type = classOf(instance) ?? metatype;
      if (typeof type !== 'function') continue;
      const methods = decoratedMethods(type);
      for (const method of methods) this.check(method);
      if (methods.length > 0 && isNotMetatype) giveLocks(instance as object, this.locks);
    }
  }

  private check({ name, check }: DecoratedMethod): void {
    try {
      check(this.locks);
    } catch (error) {
      if (!(error instanceof LockUsageError)) throw error;
      throw new LockUsageError(error.resources, `${name}: ${error.message}`, error);
    }
  }

  private hosts() {
    return [...this.discovery.getProviders(), ...this.discovery.getControllers()];
  }
}

function classOf(instance: unknown): unknown {
  return typeof instance === 'object' && instance !== null ? instance.constructor : undefined;
}
