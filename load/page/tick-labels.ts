/** How wide a character of a label is at most, in units of a drawing. */
export const CHARACTER = 7.5;
const GAP = 8;

interface Label {
  /** Where its middle lies. */
  readonly at: number;
  readonly text: string;
}

/** As many of the labels of a horizontal axis, from left to right, as stand beside each other without touching. */
export function thinned<T extends Label>(labels: readonly T[]): T[] {
  let end = -Infinity;
  return labels.filter(({ at, text }) => {
    const half = (text.length * CHARACTER) / 2;
    if (at - half < end + GAP) return false;
    end = at + half;
    return true;
  });
}
