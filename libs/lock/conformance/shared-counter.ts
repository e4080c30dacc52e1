import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { appendFile, open, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/**
 * A counter in a file, read and written in two steps, which only a lock makes right: two at once lose an increment, and
 * see each other by the mark that each leaves while it is inside.
 */
export class SharedCounter {
  readonly folder: string;

  constructor(folder = mkdtempSync(path.join(os.tmpdir(), 'lock-conformance-'))) {
    this.folder = folder;
  }

  /** @throws when another is inside */
  async increment(fence: number | undefined): Promise<void> {
    const mark = this.file('inside');
    const inside = await open(mark, 'wx').catch((error: unknown) => {
      throw new Error('two holders at once', { cause: error });
    });
    await inside.close();
    const count = Number(await readFile(this.file('count'), 'utf8').catch(() => '0'));
    if (fence !== undefined) await appendFile(this.file('fences'), `${fence}\n`);
    await writeFile(this.file('count'), String(count + 1));
    await rm(mark);
  }

  get count(): number {
    return Number(readFileSync(this.file('count'), 'utf8'));
  }

  /** In the order of the increments. */
  get fences(): number[] {
    return readFileSync(this.file('fences'), 'utf8').trim().split('\n').map(Number);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private file(name: string): string {
    return path.join(this.folder, name);
  }
}
