import { NotConnectedError, RedisConnection } from './redis-connection.js';
import { SCRIPTS } from './scripts.js';

interface Question {
  readonly keys: readonly string[];
  readonly token: string;
  readonly leaseMs: number;
  readonly wanted: number;
  readonly answer: (count: number) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Asks how many replicas have what was granted. WAIT blocks its connection until they do or its time is up, so it has a
 * connection of its own, and all who ask meanwhile share the next one: it speaks of every write before it, wherever that
 * came from, once this connection has written something itself. That write counts the lease anew.
 */
export class ReplicaAcks {
  private readonly url: string;
  private readonly waitMs: number;
  private connection: RedisConnection | undefined;
  private waiting: Question[] = [];
  private isAsking = false;
  private isClosed = false;

  constructor(url: string, waitMs: number) {
    this.url = url;
    this.waitMs = waitMs;
  }

  /** @returns how many have it; at most `wanted` are waited for. @throws whatever ioredis or RedisConnection says */
  count(question: Pick<Question, 'keys' | 'token' | 'leaseMs' | 'wanted'>): Promise<number> {
    return new Promise((answer, fail) => {
      this.waiting.push({ ...question, answer, fail });
      if (!this.isAsking) void this.askUntilNobodyWaits();
    });
  }

  close(): void {
    this.isClosed = true;
    this.connection?.close();
  }

  private async askUntilNobodyWaits(): Promise<void> {
    this.isAsking = true;
    while (this.waiting.length > 0) {
      const questions = this.waiting.splice(0);
      try {
        const counts = await this.ask(questions);
        for (const [index, { answer }] of questions.entries()) answer(counts[index] ?? 0);
      } catch (error) {
        for (const { fail } of questions) fail(error);
      }
    }
    this.isAsking = false;
  }

  private async ask(questions: readonly Question[]): Promise<number[]> {
    if (this.isClosed) throw new NotConnectedError('the connection is closed');
    this.connection ??= new RedisConnection(this.url, 2 * this.waitMs);
    const { connection } = this;
    const wanted = Math.max(...questions.map((question) => question.wanted));
    // Before the WAIT: it speaks of what its own connection has written.
    const held = await Promise.all(
      questions.map(({ keys, token, leaseMs }) =>
        connection.run<number[]>(SCRIPTS.extend, keys.length, [...keys, token, leaseMs]),
      ),
    );
    const count = await connection.send((client) => client.wait(wanted, this.waitMs));
    return held.map(([isHeld]) => (isHeld === 1 ? count : 0));
  }
}
