import { markup, type Markup } from './markup.ts';
import type { RuleRow } from './rule-table.ts';
import type { Interval, Timeline } from './timeline.ts';

const WIDTH = 720;
const HEIGHT = 180;
const LEFT = 48;
const BOTTOM = 24;
const TOP = 8;

type Part = 'refused' | 'redacted' | 'observed' | 'allowed';

/** From the bottom up. The texts are the legend. */
const PARTS: readonly (readonly [part: Part, text: string])[] = [
  ['refused', 'refused'],
  ['redacted', 'let pass with parts replaced'],
  ['observed', 'let pass; a rule in mode observe hit'],
  ['allowed', 'let pass'],
];

/** Decisions by time as stacked bars. A table below has the same numbers, so that nothing depends on colour. */
export function timelinePlot({ intervals, seconds }: Timeline): Markup {
  const largest = Math.max(1, ...intervals.map(total));
  const step = (WIDTH - LEFT) / Math.max(1, intervals.length);
  const scale = (HEIGHT - BOTTOM - TOP) / largest;
  const first = intervals[0]?.start ?? '';
  const last = intervals.at(-1)?.start ?? '';
  return markup`<figure>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="timeline-title timeline-text">
<title id="timeline-title">Decisions by time</title>
<desc id="timeline-text">Stacked bars of ${lengthOf(seconds)} each from ${first} to ${last}; at most ${largest} decisions in one. The table below has the numbers.</desc>
<line class="axis" x1="${LEFT}" y1="${HEIGHT - BOTTOM}" x2="${WIDTH}" y2="${HEIGHT - BOTTOM}"/>
<text class="label" x="${LEFT - 6}" y="${TOP + 10}" text-anchor="end">${largest}</text>
<text class="label" x="${LEFT - 6}" y="${HEIGHT - BOTTOM}" text-anchor="end">0</text>
<text class="label" x="${LEFT}" y="${HEIGHT - 6}">${first}</text>
<text class="label" x="${WIDTH}" y="${HEIGHT - 6}" text-anchor="end">${last}</text>
${intervals.map((interval, at) => bar(interval, { x: LEFT + at * step, width: Math.max(1, step - 1), scale }))}</svg>
<figcaption>One bar is ${lengthOf(seconds)}. ${PARTS.map(([part, text]) => markup`<span class="key ${part}">${text}</span> `)}</figcaption>
</figure>`;
}

function bar(
  interval: Interval,
  { x, width, scale }: { readonly x: number; readonly width: number; readonly scale: number },
): Markup {
  let y = HEIGHT - BOTTOM;
  const rects = PARTS.flatMap(([part]) => {
    const height = interval[part] * scale;
    if (height === 0) return [];
    y -= height;
    return [
      markup`<rect class="${part}" x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}"/>`,
    ];
  });
  return markup`<g>${rects}</g>
`;
}

/** Number of bars that can be read at a glance; the table has all of them. */
const MAX_BARS = 12;
const ROW = 22;
const NAMES = 300;

/** Rules by number of hits, as bars with their names and numbers; in the colours of the plot by time. */
export function rulesPlot(title: string, rows: readonly RuleRow[], isObserved: boolean): Markup {
  const shown = rows.slice(0, MAX_BARS);
  const largest = Math.max(1, ...shown.map(({ count }) => count));
  const height = shown.length * ROW + 4;
  const room = WIDTH - NAMES - 70;
  return markup`<figure>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}: the ${shown.length} most frequent, as in the table below">
${shown.map((row, at) => {
  const width = (row.count / largest) * room;
  const y = at * ROW + 2;
  return markup`<text class="label" x="${NAMES - 6}" y="${y + 15}" text-anchor="end">${shortened(nameOf(row))}</text>
<rect class="${isObserved ? 'observed' : row.action === 'block' ? 'refused' : 'redacted'}" x="${NAMES}" y="${y + 2}" width="${rounded(Math.max(1, width))}" height="${ROW - 6}"/>
<text class="label" x="${rounded(NAMES + width + 6)}" y="${y + 15}">${row.count}</text>
`;
})}</svg>
</figure>`;
}

export function nameOf({ rule, code }: Pick<RuleRow, 'rule' | 'code'>): string {
  return rule ?? `no rule: ${code}`;
}

function shortened(text: string): string {
  return text.length > 44 ? `${text.slice(0, 43)}…` : text;
}

function total({ allowed, observed, redacted, refused }: Interval): number {
  return allowed + observed + redacted + refused;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

export function lengthOf(seconds: number): string {
  const units: readonly (readonly [seconds: number, name: string])[] = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
  ];
  for (const [unit, name] of units)
    if (seconds >= unit && seconds % unit === 0)
      return seconds === unit ? `one ${name}` : `${seconds / unit} ${name}s`;
  return `${seconds} seconds`;
}
