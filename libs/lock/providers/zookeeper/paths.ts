/**
 * The sequence number that ZooKeeper puts behind a name, of ten characters: the parent's count of changes, which begins anew
 * below zero.
 */
const PLACE = /^(?<token>[^:]+):(?<order>-?\d{9,10})$/;

/**
 * Where things live below the root: `locks/<resource>` is a lock's state, and its children `<token>:<number>` are the places
 * in its queue; `values/<key>` is a shared value; `clock` is written to learn the time, `generation` with each removal of a
 * lock.
 */
export class ZooKeeperPaths {
  readonly root: string;
  readonly locks: string;
  readonly values: string;
  readonly clock: string;
  readonly generation: string;

  constructor(root: string) {
    this.root = root;
    this.locks = `${root}/locks`;
    this.values = `${root}/values`;
    this.clock = `${root}/clock`;
    this.generation = `${root}/generation`;
  }

  /** What has to be there before anything else, parents first. */
  get foundations(): string[] {
    const names = this.root.split('/').slice(1);
    const ancestors = names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
    return [...ancestors, this.locks, this.values, this.clock, this.generation];
  }

  lock(resource: string): string {
    return `${this.locks}/${encode(resource)}`;
  }

  /** ZooKeeper adds the number. */
  newPlace(resource: string, token: string): string {
    return `${this.lock(resource)}/${encode(token)}:`;
  }

  value(key: string): string {
    return `${this.values}/${encode(key)}`;
  }
}

/** @returns undefined for what is no name of ours */
export function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

/** A place in a queue, as its name tells. */
export interface Place {
  readonly token: string;
  readonly path: string;
}

/** @param names of the lock's children @returns the places, first come first */
export function placesOf(lock: string, names: readonly string[]): Place[] {
  return names
    .flatMap((name) => {
      const { token, order } = PLACE.exec(name)?.groups ?? {};
      if (token === undefined) return [];
      return { token: decoded(token) ?? token, path: `${lock}/${name}`, order: Number(order) };
    })
    .sort((one, other) => (one.order - other.order) | 0); // right also where the numbers begin anew
}

/** ZooKeeper takes neither control characters nor the names `.` and `..`. */
function encode(name: string): string {
  return encodeURIComponent(name).replaceAll('.', '%2E');
}
