import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DeadLettersAdminController } from './dead-letters.admin.controller.js';
import { DeadLetters } from './dead-letters.js';
import { OutboxEvent } from './outbox-event.entity.js';

/** Dead letters for administrators. What is delivered the worker delivers. */
@Module({
  imports: [TypeOrmModule.forFeature([OutboxEvent])],
  controllers: [DeadLettersAdminController],
  providers: [DeadLetters],
})
export class OutboxModule {}
