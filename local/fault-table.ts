import { existsSync, readFileSync } from 'node:fs';
import type { TestResult } from './conformance-table.js';

/** What a test of a fault noted down; several lines of one test are several sales. */
interface Figures {
  readonly test: string;
  readonly withoutServiceMs: number;
  readonly retries: number;
  readonly orders: number;
  readonly unknowns: number;
}

const FAULT = /^fault: (.+)$/s;
const HEAD = ['Fault', 'Case', 'Verdict', 'Without service', 'Retries', 'Unknown', 'Orders'];

/** Reads what the tests noted down. @returns nothing where there is no such file */
export function readFigures(file: string): Figures[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Figures);
}

/**
 * The lines of the table of the tests under `fault: <fault>`, in the form in which docs/reliability.md has it.
 * @returns no line when none of them ran
 */
export function faultTable(results: readonly TestResult[], figures: readonly Figures[]): string[] {
  const rows = results.flatMap(({ ancestorTitles, title, status }) => {
    const fault = FAULT.exec(ancestorTitles[0] ?? '')?.[1];
    if (fault === undefined || status === 'pending') return [];
    const name = [...ancestorTitles, title].join(' ');
    return [[fault, title, verdictOf(status), ...cellsOf(figures.filter(({ test }) => test === name))]];
  });
  if (rows.length === 0) return [];
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

function verdictOf(status: string): string {
  return status === 'passed' ? 'holds' : 'BROKEN';
}

function cellsOf(figures: readonly Figures[]): string[] {
  if (figures.length === 0) return ['–', '–', '–', '–'];
  const sum = (of: (each: Figures) => number) => String(figures.reduce((total, each) => total + of(each), 0));
  const withoutServiceMs = Math.max(...figures.map((each) => each.withoutServiceMs));
  return [
    `${(withoutServiceMs / 1000).toFixed(2)} s`,
    sum(({ retries }) => retries),
    sum(({ unknowns }) => unknowns),
    sum(({ orders }) => orders),
  ];
}
