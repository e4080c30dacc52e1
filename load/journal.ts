import { closeSync, createReadStream, fsyncSync, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface OrderLine {
  readonly itemId: string;
  readonly quantity: number;
}

/** Written before a request is sent. Times are milliseconds since the epoch, on the harness's clock. */
export interface SendEntry {
  readonly type: 'send';
  /** Numbers the requests of a run from 0. */
  readonly attempt: number;
  readonly buyerId: string;
  readonly key: string;
  readonly saleId: string;
  readonly lines: readonly OrderLine[];
  /** When the buyer meant to press the button. */
  readonly intendedMs: number;
  readonly sentMs: number;
}

/**
 * `ok`: 201, the order is acknowledged. `fail`: refused after the key was looked up. `unknown`: no answer, or one that
 * leaves open whether an order exists.
 */
export type Outcome = 'ok' | 'fail' | 'unknown';

/** Written after the answer, or once it is clear that none will come. */
export interface AnswerEntry {
  readonly type: 'answer';
  readonly attempt: number;
  readonly outcome: Outcome;
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  /** The problem's code; where no answer came, why: `timeout`, `connection_lost`, `cut_off`. */
  readonly code: string | null;
  readonly atMs: number;
  /** The answer carried `Idempotency-Replayed: true`. */
  readonly replayed: boolean;
  /** The body of a 201, as it was parsed. */
  readonly body: unknown;
}

export type JournalEntry = SendEntry | AnswerEntry;

const FLUSH_BYTES = 64 * 1024;
const FLUSH_MS = 50;

/**
 * An append-only file of JSON lines: what was sent and what came back, in this order.
 * At most 64 kB wait in memory, for at most 50 ms; writing blocks, so that memory stays bounded whatever the disk does.
 */
export class Journal {
  readonly file: string;
  private readonly descriptor: number;
  private pending: string[] = [];
  private pendingBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  /** @throws when the file exists: a journal is never written over */
  constructor(file: string) {
    this.file = file;
    this.descriptor = openSync(file, 'ax');
  }

  append(entry: JournalEntry): void {
    if (this.closed) throw new Error('The journal is closed.');
    const line = `${JSON.stringify(entry)}\n`;
    this.pending.push(line);
    this.pendingBytes += line.length;
    if (this.pendingBytes >= FLUSH_BYTES) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.pending.length === 0) return;
    const bytes = Buffer.from(this.pending.join(''));
    this.pending = [];
    this.pendingBytes = 0;
    let written = 0;
    while (written < bytes.length) written += writeSync(this.descriptor, bytes, written);
  }

  /** Writes what is left and forces it to the disk. */
  close(): void {
    if (this.closed) return;
    this.flush();
    this.closed = true;
    fsyncSync(this.descriptor);
    closeSync(this.descriptor);
  }
}

/**
 * Reads a journal back, a line at a time. A last line that was cut off by the end of the harness is left out.
 * @throws Error when any other line is not JSON
 */
export async function* readJournal(file: string): AsyncGenerator<JournalEntry> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  let damaged: number | undefined;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (damaged !== undefined) throw new Error(`Line ${damaged} of ${file} is not a journal entry.`);
    const entry = parseLine(line);
    if (entry) yield entry;
    else damaged = number;
  }
}

function parseLine(line: string): JournalEntry | undefined {
  try {
    return JSON.parse(line) as JournalEntry;
  } catch {
    return undefined;
  }
}
