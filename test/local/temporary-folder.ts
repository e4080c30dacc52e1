import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A folder for one test file, and the function that removes it. */
export function temporaryFolder(name: string): { path: string; remove: () => void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), `holdfast-${name}-`));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}
