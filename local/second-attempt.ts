import { readFileSync, writeFileSync } from 'node:fs';

/**
 * The tests run beside each other on few processors, with servers of their own, and many are about time: a file that fails
 * there is run once more by itself. What is broken fails again; what passes was too late, and is named. Where many fail it
 * was no bad luck.
 */
const MOST_FILES = 5;

interface JestRun {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  readonly testResults: readonly JestFile[];
}

interface JestFile {
  readonly name: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}

/** Of what `jest --json` wrote. @returns whether the files that failed deserve a second attempt */
export function deservesSecondAttempt(outputFile: string): boolean {
  let run: JestRun;
  try {
    run = read(outputFile);
  } catch {
    return false; // Jest itself did not get to its end
  }
  const failed = run.testResults.filter(({ assertionResults }) => count(assertionResults, 'failed') > 0);
  return failed.length > 0 && failed.length <= MOST_FILES && run.testResults.length > failed.length;
}

/** Puts the results of the second attempt in the place of the first ones. @returns the tests that it made good */
export function takeSecondAttempt(outputFile: string, secondFile: string): string[] {
  const [first, second] = [read(outputFile), read(secondFile)];
  const again = new Map(second.testResults.map((file) => [file.name, file]));
  const madeGood: string[] = [];
  const testResults = first.testResults.map((before) => {
    const after = again.get(before.name);
    if (!after) return before;
    const passes = new Set(after.assertionResults.filter(isOf('passed')).map(({ fullName }) => fullName));
    for (const { fullName } of before.assertionResults.filter(isOf('failed')))
      if (passes.has(fullName)) madeGood.push(fullName);
    first.numPassedTests +=
      count(after.assertionResults, 'passed') - count(before.assertionResults, 'passed');
    first.numFailedTests +=
      count(after.assertionResults, 'failed') - count(before.assertionResults, 'failed');
    first.numPendingTests +=
      count(after.assertionResults, 'pending') - count(before.assertionResults, 'pending');
    return after;
  });
  writeFileSync(outputFile, JSON.stringify({ ...first, testResults }));
  return madeGood;
}

function read(file: string): JestRun {
  return JSON.parse(readFileSync(file, 'utf8')) as JestRun;
}

function count(tests: JestFile['assertionResults'], status: string): number {
  return tests.filter(isOf(status)).length;
}

function isOf(status: string): (test: { readonly status: string }) => boolean {
  return (test) => test.status === status;
}
