import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';

export interface Sent {
  readonly method: string;
  /** As it goes over the wire: nothing is normalised. */
  readonly path: string;
  /** A list is sent as that many lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

export interface Heard {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Sends what no polite client would; waits for no event of a stream. */
export function send(port: number, { method, path, headers = {}, body }: Sent): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const lines: Record<string, string | string[]> = {};
    for (const [name, value] of Object.entries(headers))
      lines[name] = typeof value === 'string' ? value : [...value];
    const isChunked = 'transfer-encoding' in lines;
    if (body !== undefined && !isChunked) lines['content-length'] = String(Buffer.byteLength(body));
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers: lines, agent }, (response) => {
      listen(response).then(resolve, reject);
    });
    outgoing.on('error', (cause) =>
      reject(new Error(`${method} ${path.slice(0, 200)}: no answer`, { cause })),
    );
    outgoing.end(body);
  });
}

async function listen(response: IncomingMessage): Promise<Heard> {
  const { statusCode: status = 0, headers } = response;
  if (headers['content-type']?.startsWith('text/event-stream')) {
    response.destroy();
    return { status, headers, text: '' };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status, headers, text: Buffer.concat(chunks).toString('utf8') };
}

/** Lets go of the connections that wait for a next request. */
export function endConnections(): void {
  agent.destroy();
}

/**
 * Writes bytes to a socket, and reads until the service closes it.
 * @param dripMs then a space every so often, for as long as the socket is open
 */
export async function exchange(
  port: number,
  bytes: string | Buffer,
  { dripMs }: { dripMs?: number } = {},
): Promise<Heard> {
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const drip = dripMs === undefined ? undefined : setInterval(() => socket.write(' '), dripMs);
    let received = '';
    socket.on('data', (data) => (received += data.toString('utf8')));
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => {
      clearInterval(drip);
      resolve(received);
    });
  });
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const [name = '', ...value] = line.split(': ');
    return [name.toLowerCase(), value.join(': ')];
  });
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1] ?? 0);
  return { status, headers: Object.fromEntries(headers) as IncomingHttpHeaders, text: rest.join('\r\n\r\n') };
}
