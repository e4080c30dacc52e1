/** Wakes the one sleeper with a message; one that comes while nobody sleeps is kept for the next sleep. */
export class Bell<Message> {
  private message: { readonly value: Message } | undefined;
  private wakeSleeper: (() => void) | undefined;

  ring(value: Message): void {
    this.message = { value };
    this.wakeSleeper?.();
  }

  /** Forgets earlier rings: whoever looks at the store after this sees what they announced. */
  silence(): void {
    this.message = undefined;
  }

  /** Resolves at the next ring, at once if there was one, and after `delayMs` in any case, then with nothing. */
  sleep(delayMs: number): Promise<Message | undefined> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.wakeSleeper = undefined;
        const { message } = this;
        this.message = undefined;
        resolve(message?.value);
      };
      const timer = setTimeout(wake, delayMs);
      this.wakeSleeper = wake;
      if (this.message) wake();
    });
  }
}
