import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Database } from '#platform';
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
export class OutboxModule {}
