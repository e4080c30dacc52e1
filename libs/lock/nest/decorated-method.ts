import 'reflect-metadata';
import { Inject } from '@nestjs/common';
import { LockUsageError } from '../errors.js';
import { LockManager } from '../lock-manager.js';

/** Where Nest puts the manager in an object that has decorated methods. */
const LOCKS = Symbol('LockManager');
const METHODS = Symbol('methods under a lock');

interface Owner {
  [LOCKS]?: LockManager;
}

/** What stands in for the method: `call` runs it as it is. */
export type Around = (
  locks: LockManager,
  call: () => Promise<unknown>,
  args: readonly never[],
) => Promise<unknown>;

export interface DecoratedMethod {
  /** `Class.method`. */
  readonly name: string;
  /** @throws LockUsageError for options that no call could succeed with */
  readonly check: (locks: LockManager) => void;
}

export interface MethodDecoration {
  /** For messages: `@Locked`. */
  readonly decorator: string;
  readonly around: Around;
  readonly check: DecoratedMethod['check'];
}

export type AsyncMethod = (...args: never[]) => Promise<unknown>;

/**
 * Puts a method behind `around`. The class gets a LockManager injected, so that Nest itself refuses to start without
 * one, and the new function keeps what other decorators noted on the old one (routes, guards, timers).
 */
export function decorateMethod(
  target: object,
  key: string | symbol,
  descriptor: PropertyDescriptor | undefined,
  { decorator, around, check }: MethodDecoration,
): void {
  const method = descriptor?.value as AsyncMethod | undefined;
  if (!descriptor || typeof target === 'function' || typeof method !== 'function') {
    throw new LockUsageError([], `${decorator} stands on methods of an instance, not on ${String(key)}.`);
  }
  const name = `${target.constructor.name}.${String(key)}`;
  const wrapper = async function (this: Owner, ...args: never[]): Promise<unknown> {
    const locks = this[LOCKS];
    if (!locks) {
      throw new LockUsageError(
        [],
        `${decorator} on ${name}: the object was not made by Nest, so it has no locks.`,
      );
    }
    return around(locks, () => method.apply(this, args), args);
  };
  keepAppearance(wrapper, method);
  descriptor.value = wrapper;
  Inject(LockManager)(target, LOCKS);
  const methods: DecoratedMethod[] = [...decoratedMethods(target.constructor), { name, check }];
  Reflect.defineMetadata(METHODS, methods, target.constructor);
}

/** Those of the class and of the classes that it extends. */
export function decoratedMethods(type: object): readonly DecoratedMethod[] {
  return (Reflect.getMetadata(METHODS, type) as DecoratedMethod[] | undefined) ?? [];
}

/** For an object that a factory made: Nest injects nothing into it. */
export function giveLocks(object: object, locks: LockManager): void {
  (object as { [LOCKS]?: LockManager })[LOCKS] = locks;
}

function keepAppearance(wrapper: AsyncMethod, method: AsyncMethod): void {
  for (const property of ['name', 'length'] as const) {
    Object.defineProperty(wrapper, property, { value: method[property], configurable: true });
  }
  for (const metadataKey of Reflect.getOwnMetadataKeys(method) as unknown[]) {
    Reflect.defineMetadata(metadataKey, Reflect.getOwnMetadata(metadataKey, method), wrapper);
  }
}
