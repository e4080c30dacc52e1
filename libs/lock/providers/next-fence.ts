/**
 * The next fence where the store shows no clock: above the last one that is known, no lower than the floor, and no lower than
 * this process's clock in microseconds, which the fences of all providers follow.
 * @throws RangeError when there is none below 2^53
 */
export function nextFence(last: number, floor: number): number {
  const fence = Math.max(last + 1, floor, Date.now() * 1_000);
  if (!Number.isSafeInteger(fence)) throw new RangeError('the fence would pass 2^53');
  return fence;
}
