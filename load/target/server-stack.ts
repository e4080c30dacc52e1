/** A server of a run, with the process that must not outlive it. */
export interface Server {
  readonly pid: number;
  stop(): Promise<unknown>;
}

/** Stops in the reverse order of starting; whatever still runs when the process exits is killed by its number. */
export class ServerStack {
  private readonly running: { server: Server; lastSignal: NodeJS.Signals }[] = [];
  private readonly killAll = () => {
    for (const { server, lastSignal } of this.running.splice(0).reverse()) kill(server.pid, lastSignal);
  };

  constructor() {
    process.once('exit', this.killAll);
  }

  /** @param lastSignal ends it when there is no time to wait */
  add<S extends Server>(server: S, lastSignal: NodeJS.Signals = 'SIGKILL'): S {
    this.running.push({ server, lastSignal });
    return server;
  }

  async stop(): Promise<void> {
    for (;;) {
      const last = this.running.at(-1);
      if (!last) break;
      await last.server.stop();
      this.running.pop();
    }
    process.removeListener('exit', this.killAll);
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended by itself
  }
}
