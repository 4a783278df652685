import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

/** One line or stack of bars over time. */
interface Series {
  readonly name: string;
  /** A custom property of the style sheet. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  /** What a reader of screens is told; the figures are in a table below. */
  readonly label: string;
  /** Unix times in milliseconds, one for each value. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** `bars`: stacked. `lines`: on a logarithmic scale, as times of different size are compared. */
  readonly kind: 'bars' | 'lines';
  readonly format: (value: number) => string;
}

const HEIGHT = 180;

/** A picture of `uPlot`, painted anew where its width or the theme changes. */
export function Chart(props: ChartProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let plot: uPlot | null = null;
    const paint = (): void => {
      plot?.destroy();
      plot = new uPlot(optionsOf(props, element), dataOf(props), element);
    };
    paint();
    const resized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    document.addEventListener('themechange', paint);
    return () => {
      resized.disconnect();
      document.removeEventListener('themechange', paint);
      plot?.destroy();
    };
  }, [props]);
  return (
    <figure class="chart">
      <figcaption>
        {props.series.map(({ name, colour }) => (
          <span key={name} class={`key key${colour}`}>
            {name}
          </span>
        ))}
      </figcaption>
      <div ref={box} class="plot" role="img" aria-label={props.label} />
    </figure>
  );
}

/** Bars are stacked by painting sums, the highest first. */
function dataOf({ times, series, kind }: ChartProps): uPlot.AlignedData {
  const seconds = times.map((ms) => ms / 1_000);
  const values = series.map((each) => [...each.values]);
  if (kind === 'lines') return [seconds, ...values];
  const sums = values.map((_, at) =>
    seconds.map((_time, index) => values.slice(0, at + 1).reduce((sum, row) => sum + (row[index] ?? 0), 0)),
  );
  return [seconds, ...sums.reverse()];
}

function optionsOf({ series, kind, format }: ChartProps, element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const font = `11px ${style.fontFamily}`;
  const axis = {
    stroke: colour('--ink-2'),
    font,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const bars = kind === 'bars';
  const painted = bars ? [...series].reverse() : series;
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: bars ? { range: (_, __, max) => [0, Math.max(4, max * 1.05)] } : { distr: 3 } },
    axes: [
      { ...axis, grid: { show: false } },
      {
        ...axis,
        size: 64,
        values: (_, splits) => splits.map((value: number | null) => (value === null ? '' : format(value))),
      },
    ],
    series: [
      {},
      ...painted.map(({ name, colour: property }): uPlot.Series => {
        const ink = colour(property);
        if (!bars)
          return { label: name, stroke: ink, width: 1.5, spanGaps: false, points: { size: 4, fill: ink } };
        const paths = uPlot.paths.bars?.({ size: [0.8, 40], align: 1 });
        return {
          label: name,
          fill: ink,
          width: 0,
          points: { show: false },
          ...(paths === undefined ? {} : { paths }),
        };
      }),
    ],
  };
}
