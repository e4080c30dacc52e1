import { connect, createServer } from 'node:net';
import { LocalError } from './errors.js';

const LOOPBACK = '127.0.0.1';

/** A TCP port of 127.0.0.1 that was free a moment ago. Another process may take it first: bind, and try again. */
export async function freePort(): Promise<number> {
  const port = await bind(0, LOOPBACK);
  if (port === undefined) throw new Error('No free port on 127.0.0.1.');
  return port;
}

export async function isPortFree(port: number, host: string = LOOPBACK): Promise<boolean> {
  return (await bind(port, host)) !== undefined;
}

/** The first free port from `first` on, looking at no more than `attempts` of them; after those, any free one. */
export async function nextFreePort(first: number, host: string = LOOPBACK, attempts = 50): Promise<number> {
  for (let port = first; port < first + attempts && port <= 65_535; port += 1) {
    if (await isPortFree(port, host)) return port;
  }
  return freePort();
}

/** Whether something on 127.0.0.1 accepts connections at `port`. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, LOOPBACK);
    const finish = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

/** @returns the port bound and let go again, or undefined when it is taken */
function bind(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(new LocalError(`HOST: nothing can listen on ${host} (${error.code ?? error.message}).`));
    });
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
