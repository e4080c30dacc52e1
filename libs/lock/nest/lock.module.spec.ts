import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { FallbackLockProvider } from '../fallback/fallback-lock-provider.js';
import { LockManager } from '../lock-manager.js';
import { MemoryLockProvider } from '../providers/memory/memory-lock-provider.js';
import { MemoryLockStore } from '../providers/memory/memory-lock-store.js';
import type { LockModuleOptions } from './create-locks.js';
import { LockModule } from './lock.module.js';
import { Locked, type LockedOptions } from './locked.js';
import { ScheduledLock, type ScheduledLockOptions } from './scheduled-lock.js';

class ClosableProvider extends MemoryLockProvider {
  isEnded = false;

  override close(): Promise<void> {
    this.isEnded = true;
    return super.close();
  }
}

@Injectable()
class Settings {
  readonly store = new MemoryLockStore();
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class Consumer {
  readonly locks: LockManager;
  constructor(locks: LockManager) {
    this.locks = locks;
  }
}

function locked(options: LockedOptions): Type {
  @Injectable()
  class Payments {
    @Locked((orderId: string) => `order:${orderId}:pay`, options)
    pay(orderId: string): Promise<string> {
      return Promise.resolve(orderId);
    }
  }
  return Payments;
}

function scheduled(options: Partial<ScheduledLockOptions>): Type {
  @Injectable()
  class Sweeper {
    @ScheduledLock({ name: 'reservations:expired:sweep', atMostMs: 1_000, ...options })
    sweep(): Promise<void> {
      return Promise.resolve();
    }
  }
  return Sweeper;
}

describe('LockModule', () => {
  let module: TestingModule | undefined;

  afterEach(async () => {
    await module?.close();
    module = undefined;
  });

  async function start(options: LockModuleOptions, providers: Type[] = []): Promise<TestingModule> {
    module = await Test.createTestingModule({ imports: [LockModule.forRoot(options)], providers }).compile();
    return module.init();
  }

  it('provides a manager of the provider that the factory makes, and closes both on shutdown', async () => {
    let provider: ClosableProvider | undefined;
    const started = await Test.createTestingModule({
      imports: [
        LockModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: ({ store }: Settings) => {
            provider = new ClosableProvider({ store });
            return { provider, owner: 'the factory' };
          },
        }),
      ],
      providers: [Consumer],
    }).compile();
    await started.init();
    const { locks } = started.get(Consumer);
    expect(locks.owner).toBe('the factory');
    const lock = await locks.acquire('a:b:c', { leaseMs: 1_000, waitMs: 0 });
    await started.close();
    expect(provider?.isEnded).toBe(true);
    expect(lock.signal.aborted).toBe(true);
  });

  it('does not start with a provider that lacks what is required, names both, and closes it', async () => {
    const provider = new ClosableProvider();
    const started = start({ provider, requires: ['fair', 'replicaAcks'] });
    await expect(started).rejects.toThrow(/"memory".*"replicaAcks"/);
    expect(provider.isEnded).toBe(true);
  });

  it('makes a chain of provider and fallback', async () => {
    const store = new MemoryLockStore();
    const fallback = new ClosableProvider({ store: new MemoryLockStore() });
    const chained = await start({
      provider: new MemoryLockProvider({ store }),
      fallback: { provider: fallback },
    });
    const { provider } = chained.get(LockManager);
    expect(provider).toBeInstanceOf(FallbackLockProvider);
    await chained.close();
    expect(fallback.isEnded).toBe(true);
  });

  it.each([
    ['a lease of no length', locked({ leaseMs: 0 }), /Payments\.pay.*leaseMs/],
    ['a negative wait', locked({ waitMs: -1 }), /Payments\.pay.*waitMs/],
    ['an ability that is missing', locked({ replicaAcks: 1 }), /Payments\.pay.*"memory".*"replicaAcks"/],
    ['a provider that is not there', locked({ provider: 'etcd' }), /Payments\.pay.*"etcd"/],
    ['a name of one segment', scheduled({ name: 'sweep' }), /Sweeper\.sweep.*business:resource:operation/],
    ['a job of no length', scheduled({ atMostMs: 0 }), /Sweeper\.sweep.*from 1 to/],
    ['at least more than at most', scheduled({ atLeastMs: 1_001 }), /Sweeper\.sweep.*atLeastMs/],
  ])('does not start with %s in a decorator', async (_, type, message) => {
    await expect(start({ provider: new MemoryLockProvider() }, [type])).rejects.toThrow(message);
  });

  it('does not start with a lease that is longer than the chain allows', async () => {
    const chain = {
      provider: new MemoryLockProvider({ store: new MemoryLockStore() }),
      fallback: { provider: new MemoryLockProvider({ store: new MemoryLockStore() }), maxLeaseMs: 500 },
    };
    await expect(start(chain, [scheduled({ atMostMs: 501 })])).rejects.toThrow(/Sweeper\.sweep.*maxLeaseMs/);
  });

  it('lets a decorator name another provider', async () => {
    const audit = new MemoryLockProvider({ store: new MemoryLockStore() });
    const Payments = locked({ provider: 'audit' });
    const started = await start({ provider: new MemoryLockProvider(), providers: { audit } }, [Payments]);
    const payments = started.get<{ pay(orderId: string): Promise<string> }>(Payments);
    await expect(payments.pay('7')).resolves.toBe('7');
  });
});
