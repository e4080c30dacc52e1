/** What tells the pieces of a bar apart without their colours. */
export type Texture = 'solid' | 'striped' | 'dotted' | 'empty';

interface Textured {
  /** A colour of the design. */
  readonly colour: string;
  readonly texture?: Texture;
}

/** The patterns that the pieces of a drawing are filled with. @param scope unique on the page */
export function texturesOf(pieces: readonly Textured[], scope: string): string {
  const patterns = new Map(pieces.map((piece) => [patternId(piece, scope), patternOf(piece, scope)]));
  const all = [...patterns.values()].join('');
  return all === '' ? '' : `<defs>${all}</defs>`;
}

/** A fill of a drawing with the patterns of `scope`. */
export function textureFill(piece: Textured, scope: string): string {
  if (piece.texture === 'empty') return 'var(--card)';
  return isPattern(piece) ? `url(#${patternId(piece, scope)})` : `var(--${piece.colour})`;
}

/** What stands for a piece in a legend. */
export function textureKey(piece: Textured): string {
  const scope = `key-${piece.colour}`;
  return (
    `<svg class="key" viewBox="0 0 34 14" aria-hidden="true">${texturesOf([piece], scope)}` +
    `<rect class="bar" x="4" y="1" width="26" height="12" fill="${textureFill(piece, scope)}" stroke="var(--${piece.colour})"/></svg>`
  );
}

function isPattern({ texture = 'solid' }: Textured): boolean {
  return texture === 'striped' || texture === 'dotted';
}

function patternId({ colour, texture = 'solid' }: Textured, scope: string): string {
  return `${scope}-${texture}-${colour}`;
}

function patternOf(piece: Textured, scope: string): string {
  if (!isPattern(piece)) return '';
  const colour = `var(--${piece.colour})`;
  const ground = `<rect width="6" height="6" fill="${colour}" opacity=".3"/>`;
  const drawn =
    piece.texture === 'striped'
      ? `<path d="M0,6L6,0M-1,1L1,-1M5,7L7,5" stroke="${colour}" stroke-width="2"/>`
      : `<circle cx="3" cy="3" r="1.5" fill="${colour}"/>`;
  return `<pattern id="${patternId(piece, scope)}" width="6" height="6" patternUnits="userSpaceOnUse">${ground}${drawn}</pattern>`;
}
