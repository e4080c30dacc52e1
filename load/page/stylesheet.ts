import { readFileSync } from 'node:fs';

const FILES = ['tokens.css', 'base.css', 'report.css'];

/** The design of all our pages and the layout of reports, as one text that stands within the page. */
export function styleSheet(): string {
  return FILES.map((file) => readFileSync(new URL(`../../design/${file}`, import.meta.url), 'utf8')).join(
    '\n',
  );
}
