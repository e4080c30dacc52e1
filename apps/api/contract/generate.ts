import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { clientFilesOf } from './client-files.js';
import { documentOfCode } from './document.js';

/** `npm run api:generate`: writes what of the client follows from the code. */
for (const [name, text] of Object.entries(await clientFilesOf(await documentOfCode()))) {
  await writeFile(`client/${name}`, text as string);
  process.stdout.write(`Wrote client/${name}\n`);
}
