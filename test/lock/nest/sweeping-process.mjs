// A replica whose timer runs a job under @ScheduledLock, and says so: a line for each run that begins, with
// the time in ms on the clock that all processes of the machine share and nobody sets.
// Arguments: URL, key prefix, name, atMostMs, atLeastMs, interval in ms, ms by which its wall clock is wrong,
// and `hang` for a job that never ends.
import 'reflect-metadata';
import { setInterval } from 'node:timers';
import { NestFactory } from '@nestjs/core';
import { LockModule, ScheduledLock } from '../../../dist/libs/lock/nest/index.js';
import { RedisLockProvider } from '../../../dist/libs/lock/providers/redis/index.js';

const [url, keyPrefix, name, atMostMs, atLeastMs, everyMs, skewMs, end] = process.argv.slice(2);

const now = Date.now;
Date.now = () => now() + Number(skewMs);

class Sweeper {
  async sweep() {
    process.stdout.write(`run ${Number(process.hrtime.bigint()) / 1e6}\n`);
    if (end === 'hang') await new Promise(() => undefined);
  }
}
const descriptor = Object.getOwnPropertyDescriptor(Sweeper.prototype, 'sweep');
ScheduledLock({ name, atMostMs: Number(atMostMs), atLeastMs: Number(atLeastMs) })(
  Sweeper.prototype,
  'sweep',
  descriptor,
);
Object.defineProperty(Sweeper.prototype, 'sweep', descriptor);

class Application {}
const provider = new RedisLockProvider({ url, keyPrefix, commandTimeoutMs: 2_000 });
const app = await NestFactory.createApplicationContext(
  { module: Application, imports: [LockModule.forRoot({ provider })], providers: [Sweeper] },
  { logger: ['error', 'warn'] },
);
const sweeper = app.get(Sweeper);
setInterval(() => void sweeper.sweep(), Number(everyMs));
