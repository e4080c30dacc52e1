import {
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { LockManager } from '../lock-manager.js';
import { createLocks, type LockModuleOptions } from './create-locks.js';
import { DecoratedMethods } from './decorated-methods.js';

export interface LockModuleAsyncOptions {
  imports?: NonNullable<ModuleMetadata['imports']>;
  inject?: NonNullable<FactoryProvider['inject']>;
  useFactory: (...dependencies: never[]) => LockModuleOptions | Promise<LockModuleOptions>;
}

type OptionsFactory = (...dependencies: unknown[]) => LockModuleOptions | Promise<LockModuleOptions>;

/**
 * Provides a LockManager everywhere, for injection and for @Locked and @ScheduledLock; logs what operators want to know
 * of it, and closes it when the application shuts down. What the provider cannot do (`requires`, or an option of a
 * decorator) stops the start with a LockUsageError that names provider and ability.
 */
@Module({})
export class LockModule implements OnApplicationShutdown {
  constructor(private readonly locks: LockManager) {}

  static forRoot(options: LockModuleOptions): DynamicModule {
    return LockModule.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync({ imports = [], inject = [], useFactory }: LockModuleAsyncOptions): DynamicModule {
    const optionsOf = useFactory as OptionsFactory;
    return {
      module: LockModule,
      global: true, // one manager a process: it lines up all waiters of the process
      imports: [DiscoveryModule, ...imports],
      providers: [
        {
          provide: LockManager,
          inject,
          useFactory: async (...dependencies: unknown[]) => createLocks(await optionsOf(...dependencies)),
        },
        DecoratedMethods,
      ],
      exports: [LockManager],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.locks.close();
  }
}
