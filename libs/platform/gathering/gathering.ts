/** Gives each its answer. Never rejects. */
export type Send<Item> = (batch: readonly Item[]) => Promise<void>;

/**
 * One message for many: what comes in within one turn of the event loop, or while a message is under way, goes with the next.
 * When a whole batch has gathered it does not wait for that: the other side works on it while this process reads on.
 */
export class Gathering<Item> {
  private readonly size: number;
  private readonly send: Send<Item>;
  private readonly gathered: Item[] = [];
  private underWay = 0;
  private sending: NodeJS.Immediate | undefined;

  /** @param size of a batch, at most */
  constructor(size: number, send: Send<Item>) {
    this.size = size;
    this.send = send;
  }

  add(item: Item): void {
    this.gathered.push(item);
    if (this.gathered.length >= this.size) void this.sendNow();
    else this.sending ??= setImmediate(() => this.sendRest());
  }

  /** What waits is sent no more. */
  take(): readonly Item[] {
    return this.gathered.splice(0);
  }

  private sendRest(): void {
    this.sending = undefined;
    if (this.underWay === 0 && this.gathered.length > 0) void this.sendNow();
  }

  private async sendNow(): Promise<void> {
    this.underWay += 1;
    await this.send(this.take());
    this.underWay -= 1;
    this.sendRest();
  }
}
