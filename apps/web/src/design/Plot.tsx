import 'uplot/dist/uPlot.min.css';
import './plot.css';
import { useEffect, useId, useRef } from 'react';
import UPlot from 'uplot';
import { plotOptions, repaintOnThemeChange } from './plot-options.js';

export interface PlotSeries {
  readonly label: string;
  /** A token's name, such as `--series-1`. */
  readonly colour: string;
  /** One a point in time; null is a gap. */
  readonly values: readonly (number | null)[];
}

export interface PlotProps {
  readonly title: string;
  /** What it shows and why one looks at it, in a sentence. */
  readonly caption: string;
  /** In seconds, ascending, the last one is now: −180 to 0. */
  readonly times: readonly number[];
  readonly series: readonly PlotSeries[];
  /** As people read a value, with its unit. */
  readonly format: (value: number) => string;
}

/** Lines over the last minutes. It says in words what it draws, follows the theme, and fills the width it is given. */
export function Plot({ title, caption, times, series, format }: PlotProps) {
  const headingId = useId();
  const legendId = useId();
  return (
    <figure className="plot card" aria-labelledby={headingId}>
      <h3 id={headingId}>{title}</h3>
      <p className="plot-caption">{caption}</p>
      <Canvas
        {...{ times, series, format }}
        label={`${title}, the last three minutes`}
        describedBy={legendId}
      />
      <ul className="plot-legend" id={legendId}>
        {series.map(({ label, colour, values }) => (
          <li key={`${label} ${colour}`}>
            <span className="plot-swatch" style={{ background: `var(${colour})` }} />
            <span>{label}</span>
            <strong>{latest(values, format)}</strong>
            <span className="plot-peak">{peak(values, format)}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}

interface CanvasProps extends Pick<PlotProps, 'times' | 'series' | 'format'> {
  readonly label: string;
  readonly describedBy: string;
}

function Canvas({ times, series, format, label, describedBy }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const shape = JSON.stringify(series.map(({ label: name, colour }) => [name, colour]));

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const lines = JSON.parse(shape) as [label: string, colour: string][];
    const created = new UPlot(plotOptions(lines, format, element.clientWidth), undefined, element);
    plot.current = created;
    const resizing = new ResizeObserver(() =>
      created.setSize({ width: element.clientWidth, height: created.height }),
    );
    resizing.observe(element);
    const stopRepainting = repaintOnThemeChange(created);
    return () => {
      stopRepainting();
      resizing.disconnect();
      created.destroy();
    };
  }, [shape, format]);

  useEffect(() => {
    plot.current?.setData([[...times], ...series.map(({ values }) => [...values])]);
  }, [times, series]);

  return (
    <div ref={box} role="img" aria-label={label} aria-describedby={describedBy} className="plot-canvas" />
  );
}

function latest(values: PlotSeries['values'], format: PlotProps['format']): string {
  const value = values.at(-1);
  return value === null || value === undefined ? '–' : format(value);
}

function peak(values: PlotSeries['values'], format: PlotProps['format']): string {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? 'nothing yet' : `at most ${format(Math.max(...known))}`;
}
