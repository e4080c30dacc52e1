import type { RedisAddress } from './redis-client.js';
import { NotConnectedError, RedisConnection } from './redis-connection.js';
import { SCRIPTS } from './scripts.js';

interface Question {
  /** On a Cluster what decides which node has the keys, and so whose replicas are asked. */
  readonly tag: string;
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
  private readonly address: RedisAddress;
  private readonly waitMs: number;
  private connection: RedisConnection | undefined;
  private waiting: Question[] = [];
  private isAsking = false;
  private isClosed = false;

  constructor(address: RedisAddress, waitMs: number) {
    this.address = address;
    this.waitMs = waitMs;
  }

  /** @returns how many have it; at most `wanted` are waited for. @throws whatever ioredis or RedisConnection says */
  count(question: Omit<Question, 'answer' | 'fail'>): Promise<number> {
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
      const byTag = new Map<string, Question[]>();
      for (const question of this.waiting.splice(0)) {
        const { tag } = question;
        byTag.set(tag, [...(byTag.get(tag) ?? []), question]);
      }
      await Promise.all([...byTag.values()].map((questions) => this.answer(questions)));
    }
    this.isAsking = false;
  }

  private async answer(questions: readonly Question[]): Promise<void> {
    try {
      const counts = await this.ask(questions);
      for (const [index, { answer }] of questions.entries()) answer(counts[index] ?? 0);
    } catch (error) {
      for (const { fail } of questions) fail(error);
    }
  }

  private async ask(questions: readonly Question[]): Promise<number[]> {
    if (this.isClosed) throw new NotConnectedError('the connection is closed');
    this.connection ??= new RedisConnection(this.address, 2 * this.waitMs);
    const { connection } = this;
    const wanted = Math.max(...questions.map((question) => question.wanted));
    // Before the WAIT: it speaks of what its own connection has written.
    const held = await Promise.all(
      questions.map(({ keys, token, leaseMs }) =>
        connection.run<number[]>(SCRIPTS.extend, keys.length, [...keys, token, leaseMs]),
      ),
    );
    const count = await this.wait(connection, questions[0]?.keys[0] ?? '', wanted);
    return held.map(([isHeld]) => (isHeld === 1 ? count : 0));
  }

  /** WAIT names no key; beside a command that does it reaches the node that the key lies on. */
  private async wait(connection: RedisConnection, key: string, wanted: number): Promise<number> {
    const replies = await connection.send((client) =>
      client.pipeline().exists(key).wait(wanted, this.waitMs).exec(),
    );
    for (const [error] of replies ?? []) if (error) throw error;
    return Number(replies?.[1]?.[1] ?? 0);
  }
}
