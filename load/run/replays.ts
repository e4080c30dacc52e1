import { nowMs } from '../clock.js';
import type { Random } from '../random.js';
import { inParallel } from '../target/api.js';
import { fetchAnswer } from '../target/fetch-answer.js';
import type { Order, OrderAttempts } from '../workload/order-attempts.js';

const MAX_REPLAYS = 20;
const AT_ONCE = 4;

/**
 * When the sale is over, sends some accepted orders again with the same key and body: each must get its order once more.
 * The answers go to the journal, for the checker to judge.
 * @returns how many were sent
 */
export async function replayAccepted(
  url: string,
  accepted: readonly Order[],
  { attempts, random, signal }: { attempts: OrderAttempts; random: Random; signal: AbortSignal },
): Promise<number> {
  const chosen = random.pick(accepted, MAX_REPLAYS);
  await inParallel(chosen, AT_ONCE, async (order) => {
    const sentMs = nowMs();
    const exchange = attempts.send(order, { intendedMs: sentMs, sentMs }, () => undefined);
    const answer = await fetchAnswer(url, exchange.request, signal);
    if (answer) exchange.answered(answer, nowMs());
    else exchange.lost(signal.aborted ? 'cut_off' : 'connection_lost', nowMs());
  });
  return chosen.length;
}
