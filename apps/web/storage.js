/** What the browser keeps between visits. Where it keeps nothing, memory does until the reload. */
const memory = new Map();

export function read(name) {
  try {
    const text = localStorage.getItem(name);
    if (text !== null) return JSON.parse(text);
  } catch {
    // not ours, or no storage
  }
  return memory.get(name) ?? null;
}

export function write(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    memory.delete(name);
  } catch {
    memory.set(name, value);
  }
}

export function forget(name) {
  memory.delete(name);
  try {
    localStorage.removeItem(name);
  } catch {
    // nothing was kept
  }
}
