/** Wakes the one sleeper; a ring while nobody sleeps is kept for the next sleep, so that none is missed. */
export class Bell {
  private rung = false;
  private wakeSleeper: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wakeSleeper?.();
  }

  /** Forgets earlier rings: whoever looks at the store after this sees what they announced. */
  silence(): void {
    this.rung = false;
  }

  /** Resolves at the next ring, at once if there was one, and after `delayMs` in any case. */
  async sleep(delayMs: number): Promise<void> {
    if (this.rung) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.wakeSleeper = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeSleeper = undefined;
  }
}
