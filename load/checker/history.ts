import type { AnswerEntry, JournalEntry, OrderLine, SendEntry } from '../journal.js';
import { isSettled, neverEntered } from '../workload/outcome.js';

/** One request for an order. */
export interface Attempt {
  readonly number: number;
  readonly sentMs: number;
  answer: AnswerEntry | undefined;
}

/** What one buyer asked for under one key, in however many attempts, in the order in which they were sent. */
export interface AskedOrder {
  readonly buyerId: string;
  readonly key: string;
  readonly saleId: string;
  readonly lines: readonly OrderLine[];
  readonly attempts: Attempt[];
}

/**
 * What the buyer was told in the end. `accepted`: a 201. `refused`: a definite refusal after which nothing can come any
 * more. `turned away`: every attempt was answered, and none got as far as a transaction. `unknown`: anything else.
 */
export type Fate = 'accepted' | 'refused' | 'turned away' | 'unknown';

/** Clocks and sockets between a buyer's "sent" and the service's "received". */
const TRANSIT_MS = 1_000;

/** The journal, put in order. */
export class History {
  private readonly byKey = new Map<string, AskedOrder>();
  private readonly byAttempt = new Map<number, Attempt>();

  static of(entries: Iterable<JournalEntry>): History {
    const history = new History();
    for (const entry of entries) history.add(entry);
    return history;
  }

  /** @throws Error when an answer has no request: the journal cannot be believed */
  add(entry: JournalEntry): void {
    if (entry.type === 'send') {
      this.addAttempt(entry);
      return;
    }
    const attempt = this.byAttempt.get(entry.attempt);
    if (!attempt) throw new Error(`The journal answers attempt ${entry.attempt}, which was never sent.`);
    attempt.answer = entry;
  }

  orders(): Iterable<AskedOrder> {
    return this.byKey.values();
  }

  find(buyerId: string, key: string): AskedOrder | undefined {
    return this.byKey.get(keyOf(buyerId, key));
  }

  private addAttempt({ attempt: number, buyerId, key, saleId, lines, sentMs }: SendEntry): void {
    const attempt: Attempt = { number, sentMs, answer: undefined };
    this.byAttempt.set(number, attempt);
    const asked = this.find(buyerId, key);
    if (asked) asked.attempts.push(attempt);
    else this.byKey.set(keyOf(buyerId, key), { buyerId, key, saleId, lines, attempts: [attempt] });
  }
}

/** The answers that acknowledged the order, first to last. */
export function acknowledgements(asked: AskedOrder): AnswerEntry[] {
  return asked.attempts.flatMap(({ answer }) => (answer?.outcome === 'ok' ? [answer] : []));
}

/** @param orderDeadlineMs how long the service works on a request at most */
export function fateOf(asked: AskedOrder, orderDeadlineMs: number): Fate {
  const { attempts } = asked;
  if (attempts.some(({ answer }) => answer?.outcome === 'ok')) return 'accepted';
  const last = attempts.at(-1);
  if (last?.answer?.outcome === 'fail') {
    const earlier = attempts.slice(0, -1);
    return earlier.every((attempt) => isOver(attempt, last.sentMs, orderDeadlineMs)) ? 'refused' : 'unknown';
  }
  return attempts.every(({ answer }) => answer && neverEntered(answer)) ? 'turned away' : 'unknown';
}

/** The refusal with which it ended, for one that was refused. */
export function refusalOf(asked: AskedOrder): string | undefined {
  const answer = asked.attempts.at(-1)?.answer;
  return answer?.outcome === 'fail' ? (answer.code ?? undefined) : undefined;
}

/** Whether nothing could come of `attempt` any more at `atMs`. */
function isOver(attempt: Attempt, atMs: number, orderDeadlineMs: number): boolean {
  const { answer, sentMs } = attempt;
  if (answer && answer.atMs <= atMs && isSettled(answer)) return true;
  return sentMs + orderDeadlineMs + TRANSIT_MS <= atMs;
}

function keyOf(buyerId: string, key: string): string {
  return `${buyerId} ${key}`; // a buyer's id has no space
}
