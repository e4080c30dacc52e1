import { connect, type Socket } from 'node:net';
import { readAnswer, type HttpAnswer } from './answer.js';

export interface ConnectionListener {
  answered(connection: Connection, answer: HttpAnswer, latencyMs: number): void;
  /** The connection is gone; with a request out, its answer is lost. */
  lost(connection: Connection, reason: string, requestWasOut: boolean): void;
}

/** One buffer for all: what arrives is read before the next connection's turn. */
const RECEIVED = Buffer.allocUnsafeSlow(65_536);

/** A keep-alive connection with at most one request out. */
export class Connection {
  readonly port: number;
  private readonly listener: ConnectionListener;
  private socket: Socket | undefined;
  private sentMs = 0;
  private out = false;
  /** The beginning of an answer that came in pieces. */
  private begun: Buffer | undefined;
  /** How many answers it has had. */
  answers = 0;

  constructor(port: number, listener: ConnectionListener) {
    this.port = port;
    this.listener = listener;
  }

  get busy(): boolean {
    return this.out;
  }

  /** @throws the error of connect(2) */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({
        port: this.port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer: RECEIVED,
          callback: (length) => {
            this.receive(RECEIVED.subarray(0, length));
            return true;
          },
        },
      });
      socket.once('connect', () => {
        this.socket = socket;
        socket.on('close', () => this.end('connection closed'));
        resolve();
      });
      socket.once('error', (error: NodeJS.ErrnoException) => {
        reject(error);
        this.end(error.code ?? error.message);
      });
    });
  }

  send(request: Buffer): void {
    this.out = true;
    this.sentMs = performance.now();
    this.socket?.write(request);
  }

  close(): void {
    const { socket } = this;
    this.socket = undefined; // nobody wants to hear of its end
    this.out = false;
    this.begun = undefined;
    socket?.destroy();
  }

  private receive(bytes: Buffer): void {
    if (!this.out) return;
    const all = this.begun ? Buffer.concat([this.begun, bytes]) : bytes;
    let answer: HttpAnswer | undefined;
    try {
      answer = readAnswer(all);
    } catch (error) {
      this.end((error as Error).message);
      return;
    }
    if (!answer) {
      this.begun = Buffer.from(all); // the shared buffer is about to be filled again
      return;
    }
    this.begun = undefined;
    this.out = false;
    this.answers += 1;
    this.listener.answered(this, answer, performance.now() - this.sentMs);
  }

  private end(reason: string): void {
    if (!this.socket) return;
    const requestWasOut = this.out;
    this.close();
    this.listener.lost(this, reason, requestWasOut);
  }
}
