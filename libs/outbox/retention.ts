import { loadStatement, type Retention } from '#platform';

const REMOVE_DEAD_LETTERS = loadStatement(import.meta.url, './remove-dead-letters.sql');

/** Events that the shop never took. Those that it took were removed as it did. */
export function oldDeadLetters(days: number): Retention {
  return { kind: 'dead_letters', statement: REMOVE_DEAD_LETTERS, days };
}
