import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CONFIG, Database, type Config } from '#platform';
import { DeadLettersAdminController } from './dead-letters.admin.controller.js';
import { DeadLetters } from './dead-letters.js';
import { Outbox } from './outbox.js';
import { OutboxAdminController } from './outbox.admin.controller.js';
import { OutboxEvent } from './outbox-event.entity.js';

/** Dead letters for administrators. What is delivered the worker delivers. */
@Module({
  imports: [TypeOrmModule.forFeature([OutboxEvent])],
  controllers: [DeadLettersAdminController, OutboxAdminController],
  providers: [
    DeadLetters,
    { provide: Outbox, inject: [Database], useFactory: (database: Database) => new Outbox(database) },
  ],
})
export class OutboxModule implements OnModuleInit {
  constructor(
    private readonly outbox: Outbox,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** From the first order on, whether or not a worker has started yet. */
  async onModuleInit(): Promise<void> {
    if (this.config.shopWebhookUrl) await this.outbox.prolong();
  }
}
