interface Read<Value> {
  /** Settles with the read, and never rejects. */
  readonly ended: Promise<void>;
  next: Promise<Value> | undefined;
}

/**
 * One read at a time for each key, however many ask. Who asks while one is under way shares the next with all who do so:
 * it begins after they asked, so that nobody hears what was true before. A failure is heard by those who shared it.
 */
export class SharedReads<Value> {
  private readonly load: (key: string) => Promise<Value>;
  private readonly underWay = new Map<string, Read<Value>>();

  constructor(load: (key: string) => Promise<Value>) {
    this.load = load;
  }

  read(key: string): Promise<Value> {
    const current = this.underWay.get(key);
    if (!current) return this.begin(key);
    return (current.next ??= current.ended.then(() => this.begin(key)));
  }

  private begin(key: string): Promise<Value> {
    const value = this.load(key);
    const end = () => {
      if (read.next === undefined) this.underWay.delete(key);
    };
    const read: Read<Value> = { ended: value.then(end, end), next: undefined };
    this.underWay.set(key, read);
    return value;
  }
}
