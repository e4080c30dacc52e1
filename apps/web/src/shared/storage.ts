/** What the browser keeps between visits. Where it keeps nothing, memory does until the reload. */
const memory = new Map<string, unknown>();

/** What was written under this name, or null. */
export function read(name: string): unknown {
  try {
    const text = localStorage.getItem(name);
    if (text !== null) return JSON.parse(text) as unknown;
  } catch {
    // not ours, or no storage
  }
  return memory.get(name) ?? null;
}

export function write(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    memory.delete(name);
  } catch {
    memory.set(name, value);
  }
}

export function forget(name: string): void {
  memory.delete(name);
  try {
    localStorage.removeItem(name);
  } catch {
    // nothing was kept
  }
}
