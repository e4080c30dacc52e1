import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { clientFilesOf } from './client-files.js';
import { differencesBetween, type Document } from './differences.js';
import { documentOfCode } from './document.js';

/**
 * Holds the files of the client against the code.
 * @param folder where they lie
 * @returns what is not as the code yields it, a line each
 */
export async function findStaleFiles(folder: string): Promise<string[]> {
  const yielded = await clientFilesOf(await documentOfCode());
  const document = await read(folder, 'openapi.json');
  if (document !== yielded['openapi.json']) return explain(document, yielded['openapi.json']);
  const types = await read(folder, 'schema.ts');
  return types === yielded['schema.ts'] ? [] : ['client/schema.ts: not what openapi.json yields'];
}

function explain(committed: string, yielded: string): string[] {
  const differences = differencesBetween(parse(committed), parse(yielded));
  const lines = differences.length > 0 ? differences : ['it is laid out in another way'];
  return lines.map((line) => `client/openapi.json: ${line}`);
}

/** What is not there is as good as empty. */
async function read(folder: string, name: string): Promise<string> {
  return readFile(path.join(folder, name), 'utf8').catch(() => '');
}

function parse(text: string): Document {
  try {
    return JSON.parse(text) as Document;
  } catch {
    return {};
  }
}
