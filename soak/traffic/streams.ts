import { pause, type Random } from '#load';
import type { Caller } from './caller.js';

const SHORTEST_MS = 3_000;
const LONGEST_MS = 30_000;
const ASK_AGAIN_MS = 1_000;

/** People who watch a sale: each stream lasts for some seconds, then another begins. */
export class Watchers {
  /** Streams that began. */
  opened = 0;
  private readonly caller: Caller;
  private readonly random: Random;

  constructor(caller: Caller, random: Random) {
    this.caller = caller;
    this.random = random;
  }

  /** Keeps `count` of them open until the signal says so. Never rejects. */
  async watch(count: number, saleId: string, signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.watchOn(saleId, signal)));
  }

  private async watchOn(saleId: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const left = new AbortController();
      const lastsMs = SHORTEST_MS + this.random.below(LONGEST_MS - SHORTEST_MS);
      void pause(lastsMs, signal).then(() => left.abort());
      try {
        await this.listen(`${this.caller.anyUrl()}/v1/sales/${saleId}/stream`, left.signal);
      } catch {
        // it has ended, by us or by a fault
      }
      if (!left.signal.aborted) await pause(ASK_AGAIN_MS, signal);
    }
  }

  private async listen(url: string, signal: AbortSignal): Promise<void> {
    const response = await fetch(url, { signal });
    if (response.status !== 200 || !response.body) {
      await response.body?.cancel();
      return;
    }
    this.opened += 1;
    await response.body.pipeTo(new WritableStream(), { signal });
  }
}
