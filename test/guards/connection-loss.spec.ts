import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DataSource, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { Pool } from 'pg';
import { PostgresLockProvider } from '#lock/postgres';
import { Database, DatabaseUnavailableError } from '#platform';
import { dataSourceOptions } from '../../libs/platform/database/data-source.js';
import { isConnectionFailure } from '../../libs/platform/database/errors.js';
import { cloneDatabase } from '../support/database.js';

/** ReadyForQuery, as the end of a connection's start. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

function shutdownMessage(): Buffer {
  const fields = Buffer.from(
    'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0',
  );
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** A server that shuts down in the moment in which it has a connection ready: both arrive in one piece. */
async function shuttingDown(port: number): Promise<Server> {
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    upstream.on('data', (data) => {
      if (data.subarray(-READY.length).equals(READY)) client.end(Buffer.concat([data, shutdownMessage()]));
      else client.write(data);
    });
    client.on('data', (data) => upstream.write(data));
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('a connection that is lost in the moment in which it is made', () => {
  let database: Awaited<ReturnType<typeof cloneDatabase>>;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    database = await cloneDatabase();
    const address = new URL(database.url);
    server = await shuttingDown(Number(address.port));
    address.port = String((server.address() as AddressInfo).port);
    url = address.href;
  });

  afterAll(async () => {
    server.close();
    await database.drop();
  });

  test('fails an order’s transaction, and nothing else', async () => {
    const orders = new Database({ url, poolSize: 2 });
    await expect(orders.transaction((transaction) => transaction.query('SELECT 1'))).rejects.toThrow(
      DatabaseUnavailableError,
    );
    await expect(orders.query('SELECT 1')).rejects.toThrow(DatabaseUnavailableError);
    await orders.close();
  });

  test('fails a query through TypeORM, and nothing else', async () => {
    const dataSource = new DataSource(dataSourceOptions(url, 2));
    await expect(dataSource.initialize()).rejects.toThrow();
  });

  test('is known for what it is where TypeORM meets it between a statement and COMMIT', async () => {
    const dataSource = await new DataSource(dataSourceOptions(database.url, 2)).initialize();
    const ended = dataSource.transaction(async (manager) => {
      const [own] = await manager.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
      await dataSource.query('SELECT pg_terminate_backend($1)', [own?.pid]);
      await sleep(200); // it hears of it meanwhile
    });
    const error: unknown = await ended.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(QueryRunnerAlreadyReleasedError);
    expect(isConnectionFailure(error)).toBe(true); // so that it is answered dependency_unavailable
    await dataSource.destroy();
  });

  test('fails a lock, with a pool of its own or the caller’s, and nothing else', async () => {
    const pool = new Pool({ connectionString: url });
    pool.on('error', () => undefined);
    for (const provider of [
      new PostgresLockProvider({ connectionString: url }),
      new PostgresLockProvider({ pool }),
    ]) {
      await expect(provider.list(1)).rejects.toThrow('not available');
      await provider.close();
    }
    await pool.end();
  });
});
