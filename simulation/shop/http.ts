import type { Network } from '../network/network.js';
import { Wire } from '../network/wire.js';
import type { Actor } from '../time/actor.js';
import type { Scheduler } from '../time/scheduler.js';
import { ORDER_DEADLINE_MS, type ApiProcess } from './api-process.js';

/** A client gives up later than the service does. */
const CLIENT_TIMEOUT_MS = ORDER_DEADLINE_MS + 2_000;

/** Requests to replicas. */
export class Http {
  private readonly scheduler: Scheduler;
  private readonly network: Network;

  constructor(scheduler: Scheduler, network: Network) {
    this.scheduler = scheduler;
    this.network = network;
  }

  /** @returns undefined where no answer came: the connection was refused or lost, or it took too long */
  request<Answer>(
    from: Actor,
    to: ApiProcess | undefined,
    handle: (process: ApiProcess) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const { scheduler } = this;
    const delay = this.network.delayOf(to?.actor ?? from);
    return new Promise((resolve) => {
      if (!to?.actor.isAlive) {
        scheduler.after(delay(), from, () => resolve(undefined));
        return;
      }
      const lost = (): void => {
        scheduler.after(delay(), from, () => end(undefined));
      };
      const end = (answer: Answer | undefined): void => {
        timeout.isCancelled = true;
        to.requests.delete(lost);
        resolve(answer);
      };
      const timeout = scheduler.after(CLIENT_TIMEOUT_MS, from, () => end(undefined));
      to.requests.add(lost);
      const there = new Wire(scheduler, from, to.actor, delay);
      const back = new Wire(scheduler, to.actor, from, delay);
      there.send(() => {
        void handle(to).then((answer) => back.send(() => end(answer)));
      });
    });
  }
}
