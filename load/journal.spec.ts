import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Journal, readJournal, type AnswerEntry, type JournalEntry, type SendEntry } from './journal.js';

const SEND: SendEntry = {
  type: 'send',
  attempt: 0,
  buyerId: 'buyer',
  key: 'schlüssel',
  saleId: 'sale',
  lines: [{ itemId: 'item', quantity: 2 }],
  intendedMs: 1.5,
  sentMs: 2.25,
};
const ANSWER: AnswerEntry = {
  type: 'answer',
  attempt: 0,
  outcome: 'ok',
  status: 201,
  code: null,
  atMs: 3,
  replayed: false,
  body: { id: 'order', lines: [] },
};

describe('the journal', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'journal-'));
    file = path.join(folder, 'journal.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function read(): Promise<JournalEntry[]> {
    const entries: JournalEntry[] = [];
    for await (const entry of readJournal(file)) entries.push(entry);
    return entries;
  }

  it('is read back as it was written, in order', async () => {
    const journal = new Journal(file);
    const many = Array.from({ length: 2_000 }, (_, attempt) => ({ ...SEND, attempt }));
    for (const entry of [...many, ANSWER]) journal.append(entry);
    journal.close();
    expect(await read()).toEqual([...many, ANSWER]);
  });

  it('reaches the file soon without being closed', async () => {
    const journal = new Journal(file);
    journal.append(SEND);
    while (readFileSync(file, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await read()).toEqual([SEND]);
    journal.close();
  });

  it('is never written over, nor after its end', () => {
    const journal = new Journal(file);
    journal.close();
    journal.close();
    expect(() => journal.append(SEND)).toThrow('closed');
    expect(() => new Journal(file)).toThrow('EEXIST');
  });

  it('leaves a last line out that was cut off, and believes nothing after damage in the middle', async () => {
    const journal = new Journal(file);
    journal.append(SEND);
    journal.close();
    appendFileSync(file, '{"type":"answer","att');
    expect(await read()).toEqual([SEND]);
    appendFileSync(file, `\n${JSON.stringify(ANSWER)}\n`);
    await expect(read()).rejects.toThrow('Line 2');
  });
});
