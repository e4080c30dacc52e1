const UNKNOWN = 'other';
/** More label values than this make a time series of each lock, which no Prometheus wants. */
const MAX_CLASSES = 100;
const MAX_LENGTH = 100;
/** A word, camelCase or with separators. What has a digit, begins in capitals or is long is somebody's id. */
const WORD = /^[a-z]+(?:[A-Z][a-z]+|[-_.][a-z]+)*$/;
const MAX_WORD_LENGTH = 32;

/** `business:resource:<id>:operation` → `business:resource:operation`. Of a longer name: its first two words and its last. */
export function lockClassOf(resource: string): string {
  const words = resource
    .split(':')
    .filter((segment) => segment.length <= MAX_WORD_LENGTH && WORD.test(segment));
  const named = words.length > 3 ? [...words.slice(0, 2), ...words.slice(-1)] : words;
  return named.join(':') || UNKNOWN;
}

/** The class of each resource, for at most 100 classes; further ones are `other`. */
export class LockClasses {
  private readonly classOf: (resource: string) => string;
  private readonly known = new Set<string>();
  /** One acquisition tells of several events, with the same list of resources. */
  private readonly ofList = new WeakMap<readonly string[], readonly string[]>();

  constructor(classOf: (resource: string) => string = lockClassOf) {
    this.classOf = classOf;
  }

  /** Each class once: an acquisition of ten items of one class is one acquisition. */
  of(resources: readonly string[]): readonly string[] {
    let classes = this.ofList.get(resources);
    if (!classes) {
      classes = [...new Set(resources.map((resource) => this.admit(this.nameOf(resource))))];
      this.ofList.set(resources, classes);
    }
    return classes;
  }

  private nameOf(resource: string): string {
    try {
      return this.classOf(resource).slice(0, MAX_LENGTH);
    } catch {
      return UNKNOWN; // a user's function; a listener must not throw
    }
  }

  private admit(name: string): string {
    if (this.known.has(name) || name === UNKNOWN) return name;
    if (this.known.size >= MAX_CLASSES) return UNKNOWN;
    this.known.add(name);
    return name;
  }
}
