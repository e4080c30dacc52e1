import type { AcquireOptions } from '../options.js';
import { decorateMethod, type AsyncMethod } from './decorated-method.js';

/** What `acquire` takes and a decorator can know. Defaults: leaseMs 10,000, waitMs 5,000. */
export type LockedOptions = Partial<
  Pick<
    AcquireOptions,
    'leaseMs' | 'waitMs' | 'maxHoldMs' | 'provider' | 'reentrant' | 'replicaAcks' | 'retry'
  >
>;

type Resources = string | readonly string[];
type ResourceFunction = (...args: never[]) => Resources;

/** The resource function must take the arguments of the method, or the first of them. */
type Takes<Resource, Method extends AsyncMethod> = Resource extends ResourceFunction
  ? Resource extends (...args: Parameters<Method>) => Resources
    ? unknown
    : 'the resource function does not take the arguments of the method'
  : unknown;

/**
 * Runs the method under a lock: ``@Locked((orderId: string) => `order:${orderId}:pay`)``. The method finds its lock,
 * and with it fence and signal, by `currentLock()`. The caller hears what `LockManager.using` throws.
 * @throws LockUsageError as the application starts, for options that no call could succeed with
 */
export function Locked<const Resource extends Resources | ResourceFunction>(
  resource: Resource,
  options: LockedOptions = {},
) {
  const acquireOptions = { leaseMs: 10_000, waitMs: 5_000, ...options };
  const resourcesOf = (args: readonly never[]): Resources =>
    typeof resource === 'function' ? resource(...args) : resource;
  return <Method extends AsyncMethod>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method> & Takes<Resource, Method>,
  ): void => {
    decorateMethod(target, key, descriptor, {
      decorator: '@Locked',
      around: (locks, call, args) => locks.using(resourcesOf(args), acquireOptions, call),
      check: (locks) =>
        locks.check(acquireOptions, typeof resource === 'function' ? [] : [resourcesOf([])].flat()),
    });
  };
}
