import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  Param,
  Scope,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
  type ModuleMetadata,
} from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModule } from '@nestjs/testing';
import { currentLock, LockManager, LockUsageError, LockWaitTimeoutError } from '#lock';
import { Locked, LockModule } from '#lock/nest';
import { Lab, sleep } from '../lab.js';

/** Tells how many run at once, and under which lock. */
class Work {
  running = 0;
  most = 0;
  readonly under: (readonly string[] | undefined)[] = [];

  async run<T>(value: T): Promise<T> {
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    this.under.push(currentLock()?.resources);
    await sleep(5);
    this.running -= 1;
    return value;
  }
}

@Injectable()
class Payments {
  readonly work = new Work();

  @Locked((orderId: string) => `order:${orderId}:pay`)
  pay(orderId: string, amount: number): Promise<string> {
    return this.work.run(`${orderId} for ${amount}`);
  }

  @Locked('order:all:settle', { waitMs: 30, leaseMs: 1_000 })
  settle(): Promise<number | undefined> {
    return Promise.resolve(currentLock()?.fence);
  }

  @Locked((from: string, to: string) => [`account:${from}:move`, `account:${to}:move`])
  move(from: string, to: string): Promise<readonly string[] | undefined> {
    return Promise.resolve(currentLock()?.resources.map((resource) => `${resource} ${from}${to}`));
  }

  @Locked((orderId: string) => `order:${orderId}:pay`)
  refuse(orderId: string): Promise<never> {
    return Promise.reject(new RangeError(`order ${orderId} is not to be paid`));
  }

  @Locked((orderId: string) => `order:${orderId.trim()}:pay`)
  async trimmed(orderId: string): Promise<string> {
    return Promise.resolve(orderId);
  }
}

@Injectable()
class CardPayments extends Payments {
  @Locked((card: string) => `card:${card}:charge`)
  charge(card: string): Promise<readonly string[] | undefined> {
    return this.work.run(card).then(() => currentLock()?.resources);
  }
}

describe('@Locked', () => {
  let lab: Lab;
  let module: TestingModule | undefined;

  beforeAll(async () => {
    lab = await Lab.open();
  });

  afterEach(async () => {
    await module?.close();
    module = undefined;
    await lab.cleanUp();
  });

  afterAll(async () => {
    await lab.close();
  });

  async function start(metadata: ModuleMetadata): Promise<TestingModule> {
    const imports = [LockModule.forRoot({ provider: lab.provider() }), ...(metadata.imports ?? [])];
    module = await Test.createTestingModule({ ...metadata, imports }).compile();
    return module.init();
  }

  test('runs the calls of one resource one after another, those of others side by side, and gives their values', async () => {
    const payments = (await start({ providers: [Payments] })).get(Payments);
    const paid = await Promise.all([1, 2, 3, 4, 5].map((amount) => payments.pay('7', amount)));
    expect(paid).toEqual([1, 2, 3, 4, 5].map((amount) => `7 for ${amount}`));
    expect(payments.work.most).toBe(1);
    expect(payments.work.under).toEqual(Array.from({ length: 5 }, () => ['order:7:pay']));
    await Promise.all(['8', '9'].map((orderId) => payments.pay(orderId, 1)));
    expect(payments.work.most).toBe(2);
  });

  test('excludes another process’s manager, and gives the lock back', async () => {
    const payments = (await start({ providers: [Payments] })).get(Payments);
    const other = lab.manager();
    const lock = await other.acquire('order:all:settle', { leaseMs: 5_000, waitMs: 0 });
    await expect(payments.settle()).rejects.toThrow(LockWaitTimeoutError);
    await lock.release();
    await expect(payments.settle()).resolves.toBeGreaterThan(lock.fence);
    await expect(other.tryAcquire('order:all:settle', { leaseMs: 1_000 })).resolves.not.toBeNull();
  });

  test('takes several resources, and throws what method and resource function throw', async () => {
    const payments = (await start({ providers: [Payments] })).get(Payments);
    await expect(payments.move('b', 'a')).resolves.toEqual(['account:a:move ba', 'account:b:move ba']);
    await expect(payments.refuse('7')).rejects.toThrow(RangeError);
    await expect(payments.pay('7', 1)).resolves.toBe('7 for 1'); // the refused one left nothing held
    await expect(payments.trimmed(undefined as unknown as string)).rejects.toThrow(TypeError);
  });

  test('works for inherited methods beside the class’s own', async () => {
    const payments = (await start({ providers: [CardPayments] })).get(CardPayments);
    await expect(payments.charge('4')).resolves.toEqual(['card:4:charge']);
    await expect(payments.pay('7', 1)).resolves.toBe('7 for 1');
    expect(payments.work.under).toEqual([['card:4:charge'], ['order:7:pay']]);
  });

  test('works for objects of one request, and for those that a factory made', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Transient extends Payments {}
    const made = { provide: 'made', useFactory: () => new Payments() };
    const started = await start({ providers: [Transient, made, Payments] });
    await expect((await started.resolve(Transient)).pay('7', 1)).resolves.toBe('7 for 1');
    await expect(started.get<Payments>('made').pay('7', 2)).resolves.toBe('7 for 2');
    await expect(new Payments().pay('7', 3)).rejects.toThrow(LockUsageError);
  });

  test('without a LockModule, Nest does not start, and says what it misses', async () => {
    const compiled = Test.createTestingModule({ providers: [Payments] }).compile();
    await expect(compiled).rejects.toThrow(/can't resolve dependencies of the Payments[\s\S]*LockManager/);
  });

  test('is seen by a module that does not import LockModule', async () => {
    @Module({ providers: [Payments], exports: [Payments] })
    class PaymentsModule {}
    const started = await start({ imports: [PaymentsModule] });
    await expect(started.get(Payments).pay('7', 1)).resolves.toBe('7 for 1');
  });

  test('keeps what other decorators said, whichever comes first: routes, parameters, guards', async () => {
    const Role = (role: string) => SetMetadata('role', role);
    const asked: unknown[] = [];
    @Injectable()
    class RoleGuard implements CanActivate {
      constructor(@Inject(Reflector) private readonly reflector: Reflector) {}
      canActivate(context: ExecutionContext): boolean {
        asked.push(this.reflector.get('role', context.getHandler()));
        return true;
      }
    }
    @Controller('orders')
    class Orders {
      @Locked((id: string) => `order:${id}:read`)
      @Get('above/:id')
      @Role('above')
      above(@Param('id') id: string): Promise<object> {
        return Promise.resolve({ id, under: currentLock()?.resources });
      }

      @Get('below/:id')
      @Role('below')
      @Locked((id: string) => `order:${id}:read`)
      below(@Param('id') id: string): Promise<object> {
        return Promise.resolve({ id, under: currentLock()?.resources });
      }
    }
    module = await Test.createTestingModule({
      imports: [LockModule.forRoot({ provider: lab.provider() })],
      controllers: [Orders],
      providers: [{ provide: APP_GUARD, useClass: RoleGuard }],
    }).compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
    try {
      await app.listen(0, '127.0.0.1');
      for (const name of ['above', 'below']) {
        const answer = await fetch(`${await app.getUrl()}/orders/${name}/7`);
        expect(await answer.json()).toEqual({ id: '7', under: ['order:7:read'] });
      }
    } finally {
      await app.close();
    }
    expect(asked).toEqual(['above', 'below']);
    for (const name of ['above', 'below']) {
      const method = Object.getOwnPropertyDescriptor(Orders.prototype, name)?.value as object;
      expect([Reflect.get(method, 'name'), Reflect.get(method, 'length')]).toEqual([name, 1]);
    }
  });

  test('takes its lock from the manager that everybody else injects', async () => {
    const started = await start({ providers: [Payments] });
    const events: string[] = [];
    started.get(LockManager).events.on('acquired', ({ resources }) => events.push(...resources));
    await started.get(Payments).pay('7', 1);
    expect(events).toEqual(['order:7:pay']);
  });

  test('refuses what is no method of an instance, as the class is defined', () => {
    const decorate = Locked('a:b:c');
    const descriptor = { value: () => Promise.resolve() };
    expect(() => decorate(class Static {}, 'method', descriptor)).toThrow(/not on method/);
    expect(() => decorate({}, 'property', undefined as never)).toThrow(/not on property/);
  });

  test('is checked against the arguments of the method by the compiler', () => {
    class Typed {
      // @ts-expect-error: the method's argument is a number
      @Locked((orderId: string) => `order:${orderId}:pay`)
      wrongType(orderId: number): Promise<number> {
        return Promise.resolve(orderId);
      }

      // @ts-expect-error: the method has one argument
      @Locked((orderId: string, line: string) => `order:${orderId}:${line}`)
      tooFew(orderId: string): Promise<string> {
        return Promise.resolve(orderId);
      }

      // @ts-expect-error: the method gives no promise
      @Locked('order:all:pay')
      synchronous(): number {
        return 1;
      }

      @Locked(() => 'order:all:pay')
      fewer(orderId: string): Promise<string> {
        return Promise.resolve(orderId);
      }
    }
    expect(Object.getOwnPropertyNames(Typed.prototype)).toContain('fewer');
  });
});
