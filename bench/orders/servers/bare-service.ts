import { MeasuringProcess } from '../../shared/measuring-process.js';
import type { BareServerCalls } from './bare-server.js';
import type { Service } from './service.js';

const PROGRAM = new URL('bare-server.js', import.meta.url);

/** The bare Fastify server as a process of its own. */
export async function startBareService(): Promise<Service> {
  const server = new MeasuringProcess<BareServerCalls>(PROGRAM);
  try {
    const { port } = await server.call('listen', null);
    return {
      processes: [{ port, pid: server.pid, warm: new Set() }],
      record: undefined,
      redisPids: [],
      growTo: () => Promise.resolve(), // it is measured alone
      stop: () => server.kill(),
    };
  } catch (error) {
    await server.kill();
    throw error;
  }
}
