import {
  Inject,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { LockManager } from '../lock-manager.js';
import type { LockProvider } from '../provider.js';

export interface LockModuleAsyncOptions {
  imports?: NonNullable<ModuleMetadata['imports']>;
  inject?: NonNullable<FactoryProvider['inject']>;
  /** Makes the provider; the module closes it together with its manager. */
  useFactory: (...dependencies: never[]) => LockProvider | Promise<LockProvider>;
}

/** Provides a LockManager, and closes it when the application shuts down. */
@Module({})
export class LockModule implements OnApplicationShutdown {
  private readonly locks: LockManager;

  constructor(@Inject(LockManager) locks: LockManager) {
    this.locks = locks;
  }

  static forRootAsync({ imports = [], inject = [], useFactory }: LockModuleAsyncOptions): DynamicModule {
    const createProvider = useFactory as (...dependencies: unknown[]) => LockProvider | Promise<LockProvider>;
    return {
      module: LockModule,
      global: true, // one manager a process: it lines up all waiters of the process
      imports,
      providers: [
        {
          provide: LockManager,
          inject,
          useFactory: async (...dependencies: unknown[]) =>
            new LockManager(await createProvider(...dependencies)),
        },
      ],
      exports: [LockManager],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.locks.close();
  }
}
