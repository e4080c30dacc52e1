/** What runs under a process number and can be ended. */
interface Running {
  readonly pid: number;
  stop(): Promise<unknown>;
}

/** A server that is started again in the same place after a fault has ended it. */
export class Restartable<S extends Running> {
  readonly name: string;
  private readonly launch: () => Promise<S>;
  private running: S;

  private constructor(name: string, launch: () => Promise<S>, running: S) {
    this.name = name;
    this.launch = launch;
    this.running = running;
  }

  /** @param launch starts it, on the same port each time */
  static async start<S extends Running>(name: string, launch: () => Promise<S>): Promise<Restartable<S>> {
    return new Restartable(name, launch, await launch());
  }

  get current(): S {
    return this.running;
  }

  get pid(): number {
    return this.running.pid;
  }

  /** After it has ended. */
  async startAgain(): Promise<void> {
    this.running = await this.launch();
  }

  stop(): Promise<unknown> {
    return this.running.stop();
  }
}
