const FIRST_SEC = 1;
const LONGEST_SEC = 3_600;

/**
 * Seconds until an event is sent again: doubled with each attempt up to an hour, and spread over the upper half of that, so
 * that what failed together does not come back together.
 * @param attempts how often it has been sent
 * @param random from 0 to 1
 */
export function pauseSec(attempts: number, random: number): number {
  const longest = Math.min(LONGEST_SEC, FIRST_SEC * 2 ** (attempts - 1));
  return longest * (0.5 + random / 2);
}
