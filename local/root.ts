import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json: found by walking up, since this file runs from local/ and from dist/local/. */
export const PROJECT_ROOT = folderWith('package.json', path.dirname(fileURLToPath(import.meta.url)));

function folderWith(file: string, start: string): string {
  let folder = start;
  while (!existsSync(path.join(folder, file))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`No ${file} above ${start}.`);
    folder = parent;
  }
  return folder;
}
