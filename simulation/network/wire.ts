import type { Actor } from '../time/actor.js';
import type { Scheduler } from '../time/scheduler.js';

/** How long a message takes at this moment. */
export type Delay = () => number;

/** One direction of a connection: what is sent arrives later, in the order in which it was sent, until it is cut. */
export class Wire {
  private readonly scheduler: Scheduler;
  private readonly sender: Actor;
  private readonly receiver: Actor;
  private readonly delay: Delay;
  private arrivesAtMs = 0;
  private packet: { readonly event: number; readonly calls: (() => void)[]; sent: boolean } | undefined;
  private isCut = false;

  constructor(scheduler: Scheduler, sender: Actor, receiver: Actor, delay: Delay) {
    this.scheduler = scheduler;
    this.sender = sender;
    this.receiver = receiver;
    this.delay = delay;
  }

  /** What one event sends travels together; what is sent while its sender stands still leaves when that goes on. */
  send(deliver: () => void): void {
    const { scheduler, sender } = this;
    if (this.isCut || !sender.isAlive) return;
    if (this.packet?.event === scheduler.events && !this.packet.sent) {
      this.packet.calls.push(deliver);
      return;
    }
    const packet = { event: scheduler.events, calls: [deliver], sent: false };
    this.packet = packet;
    this.arrivesAtMs = Math.max(
      this.arrivesAtMs,
      Math.max(scheduler.nowMs, sender.resumesAtMs) + this.delay(),
    );
    scheduler.after(this.arrivesAtMs - scheduler.nowMs, this.receiver, () => {
      packet.sent = true;
      for (const call of packet.calls) call();
    });
  }

  /** What is under way comes so much later. */
  holdBack(ms: number): void {
    this.arrivesAtMs = Math.max(this.arrivesAtMs, this.scheduler.nowMs) + ms;
  }

  /** Nothing more is taken in; what is under way arrives. */
  cut(): void {
    this.isCut = true;
  }
}
