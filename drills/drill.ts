import type { ServerStack, Verdict } from '#load';
import type { Relay } from './servers/relay.js';

/** What a drill may use while it lasts. All of it is ended for it. */
export interface Ground {
  /** For what its servers keep. */
  readonly directory: string;
  readonly servers: ServerStack;
  /** An address that leads to a port of this machine until it is told otherwise. */
  readonly openRelay: (port: number) => Promise<Relay>;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A loss that is rehearsed. */
export interface Drill {
  readonly name: string;
  /** One line. */
  readonly about: string;
  /** It shows that a loss is caught, and so must not pass; `--all` leaves it out. */
  readonly control?: boolean;
  /** Starts the stores. @throws LocalError when a program is missing or does not start */
  readonly prepare: (ground: Ground) => Promise<Scene>;
}

/** The stores of a drill, and what is done to them. */
export interface Scene {
  /** Settings of every process of the service, DATABASE_URL and REDIS_URL among them. */
  readonly env: Readonly<Record<string, string>>;
  /** Loses something while orders come in, and does what an operator has to do about it. */
  readonly strike: (incident: Incident) => Promise<void>;
  /** Where the record is now, past every proxy. */
  readonly recordUrl: () => string;
  /** What must hold here besides what must hold in every drill; asked when the load is over. */
  readonly verdicts: () => Promise<readonly Verdict[]>;
}

/** What a drill sees of the service while it strikes. */
export interface Incident {
  /** Notes that this is the moment of the loss: times without service count from it. */
  readonly lost: (what: string) => void;
  /** The sum of a counter or gauge over the API processes, whatever its labels. */
  readonly metric: (name: string) => Promise<number>;
  /** What is worth telling and is no verdict. */
  readonly note: (line: string) => void;
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
}
