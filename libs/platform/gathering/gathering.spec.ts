import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Gathering } from './gathering.js';

/** What was sent, and not answered until it is told to. */
function recorded(size: number) {
  const sent: number[][] = [];
  const answers: (() => void)[] = [];
  const gathering = new Gathering<number>(size, (batch) => {
    sent.push([...batch]);
    return new Promise((resolve) => answers.push(resolve));
  });
  return { gathering, sent, answer: () => answers.shift()?.() };
}

test('what comes in together goes out together', async () => {
  const { gathering, sent } = recorded(10);
  for (const item of [1, 2, 3]) gathering.add(item);
  expect(sent).toEqual([]);
  await turn();
  expect(sent).toEqual([[1, 2, 3]]);
});

test('what comes in while a message is under way goes with the next', async () => {
  const { gathering, sent, answer } = recorded(10);
  gathering.add(1);
  await turn();
  for (const item of [2, 3]) {
    gathering.add(item);
    await turn();
  }
  expect(sent).toEqual([[1]]);
  answer();
  await turn();
  expect(sent).toEqual([[1], [2, 3]]);
});

test('a whole batch waits for nothing, and is no larger', async () => {
  const { gathering, sent } = recorded(2);
  for (const item of [1, 2, 3, 4, 5]) gathering.add(item);
  expect(sent).toEqual([
    [1, 2],
    [3, 4],
  ]);
  await turn();
  expect(sent).toHaveLength(2); // the fifth goes with the next
});

test('what is taken back is not sent', async () => {
  const { gathering, sent } = recorded(10);
  gathering.add(1);
  expect(gathering.take()).toEqual([1]);
  await turn();
  expect(sent).toEqual([]);
});
