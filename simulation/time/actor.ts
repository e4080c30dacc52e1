import { randomOf, type Random } from '#load';

/** Whoever does something at a moment: a process, a server, a buyer. What it starts ends with it. */
export class Actor {
  readonly name: string;
  /** Its own, so that what one of them draws does not change what another one does. */
  readonly random: Random;
  /** Whether what it runs goes on in promises, which have to settle before the next event. */
  readonly isAsync: boolean;
  isAlive = true;
  /** How far its wall clock is from the world's. */
  clockOffsetMs = 0;
  /** Until then it stands still, and what is due waits. */
  resumesAtMs = 0;
  pauses = 0;

  constructor(name: string, seed: number, { isAsync = true } = {}) {
    this.name = name;
    this.random = randomOf(mixed(seed, name));
    this.isAsync = isAsync;
  }
}

/** FNV-1a over the seed and a name: one stream of random numbers for each. */
export function mixed(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
