import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { LockManager } from '../lock-manager.js';
import type { LockProvider } from '../provider.js';
import { LockModule } from './lock.module.js';

@Injectable()
class Settings {
  readonly fence = 42;
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

describe('LockModule', () => {
  it('provides a manager of the provider that the factory makes, and closes both on shutdown', async () => {
    const closed: string[] = [];
    const provider = (fence: number): LockProvider => ({
      check: () => undefined,
      acquire: () => Promise.resolve({ granted: true, fences: [fence] }),
      extend: () => Promise.resolve(true),
      release: () => Promise.resolve({ complete: true, awaitedElsewhere: false }),
      watch: () => () => undefined,
      close: () => {
        closed.push('provider');
        return Promise.resolve();
      },
    });
    const module = await Test.createTestingModule({
      imports: [
        LockModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: (settings: Settings) => provider(settings.fence),
        }),
      ],
      providers: [Consumer],
    }).compile();
    await module.init();
    const lock = await module.get(Consumer).locks.acquire('a', { leaseMs: 1_000, waitMs: 0 });
    expect(lock.fence).toBe(42);
    await module.close();
    expect(closed).toEqual(['provider']);
    expect(lock.signal.aborted).toBe(true);
  });
});
