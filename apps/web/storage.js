/** What the browser keeps between visits. Where it keeps nothing (a private window), memory does until the reload. */
const memory = new Map();

export function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? 'null') ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}

export function write(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // memory has it
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
