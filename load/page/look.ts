/** How a series is told apart: by its colour, and by dashes and markers for those who do not see colours. */
export interface Look {
  /** A colour of the design: `series-1` stands for `var(--series-1)`. */
  readonly colour: string;
  /** Of a stroke, as in SVG; a solid line without. */
  readonly dash?: string;
  readonly marker?: Marker;
  /** Whether a marker is an outline. */
  readonly hollow?: boolean;
  readonly bold?: boolean;
}

export type Marker = 'circle' | 'square' | 'diamond' | 'triangle' | 'wedge' | 'plus' | 'cross';

const KEY = { width: 34, height: 14 };

/** Of radius 1 around 0,0. */
const SHAPES: Readonly<Record<Marker, string>> = {
  circle: 'M-1,0a1,1 0 1,0 2,0a1,1 0 1,0 -2,0Z',
  square: 'M-.9,-.9H.9V.9H-.9Z',
  diamond: 'M0,-1.25L1.25,0L0,1.25L-1.25,0Z',
  triangle: 'M0,-1.2L1.2,.9H-1.2Z',
  wedge: 'M0,1.2L1.2,-.9H-1.2Z',
  plus: 'M0,-1.2V1.2M-1.2,0H1.2',
  cross: 'M-1,-1L1,1M-1,1L1,-1',
};
const RADIUS = 4;

/** A marker at a point of a drawing, with what is said of it when it is pointed at. @param title HTML */
export function markerAt(
  { colour, marker = 'circle', hollow = false }: Look,
  x: number,
  y: number,
  title = '',
): string {
  const fill = hollow ? 'var(--card)' : `var(--${colour})`;
  return (
    `<path class="marker" d="${SHAPES[marker]}" transform="translate(${x} ${y}) scale(${RADIUS})" ` +
    `fill="${fill}" stroke="var(--${colour})">${title === '' ? '' : `<title>${title}</title>`}</path>`
  );
}

/** The stroke's attributes. */
export function strokeOf({ colour, dash, bold = false }: Look): string {
  return `stroke="var(--${colour})" stroke-width="${bold ? 3 : 2}"${dash === undefined ? '' : ` stroke-dasharray="${dash}"`}`;
}

/** What stands for a series in a legend. */
export function keyOf(look: Look, kind: 'line' | 'points' | 'area'): string {
  const [middle, across] = [KEY.height / 2, KEY.width];
  const line = kind === 'points' ? '' : `<path d="M0,${middle}H${across}" fill="none" ${strokeOf(look)}/>`;
  const area =
    kind === 'area'
      ? `<rect class="area" y="${middle}" width="${across}" height="${middle}" fill="var(--${look.colour})"/>`
      : '';
  const marker = look.marker === undefined ? '' : markerAt(look, across / 2, middle);
  return `<svg class="key" viewBox="0 0 ${across} ${KEY.height}" aria-hidden="true">${area}${line}${marker}</svg>`;
}
