import type { Segment } from '../exchange/index.ts';
import { scanText, type ScanOptions, type TextRule } from './scan.ts';
import type { Span } from './span.ts';

/** Parts that a model or a client reads as one text. */
export class JoinedText {
  readonly parts: readonly [Segment, ...Segment[]];
  readonly text: string;

  constructor(parts: readonly [Segment, ...Segment[]]) {
    this.parts = parts;
    this.text = parts.map((part) => part.text).join('');
  }

  /** Role and pointer, equal for all parts but for the index. */
  get first(): Segment {
    return this.parts[0];
  }

  /** Of the parts, UTF-16 code units. */
  get lengths(): readonly number[] {
    return this.parts.map(({ text }) => text.length);
  }

  /** As servers join them that put a line break between parts. */
  get lines(): string {
    return this.parts.map((part) => part.text).join('\n');
  }

  /** Findings across the borders of parts, as spans of the parts; findings within one part are excluded. */
  scan(rules: readonly TextRule[], judging: ScanOptions): readonly (Span & { readonly pointer: string })[] {
    const starts = this.#starts();
    const spans = scanText(this.text, this.first.pointer, rules, {
      ...judging,
      // First and last character are in different parts.
      counts: (finding) =>
        partAt(starts, finding.start) !== partAt(starts, finding.end - 1) &&
        (judging.counts?.(finding) ?? true),
    });
    return spans.flatMap((span) => this.#cut(span, starts));
  }

  /** The first part gets the replacement, the others lose their piece. */
  #cut(span: Span, starts: readonly number[]): readonly (Span & { readonly pointer: string })[] {
    const cut: (Span & { readonly pointer: string })[] = [];
    for (let index = partAt(starts, span.start); index < this.parts.length; index++) {
      const [part, offset = 0] = [this.parts[index], starts[index]];
      if (part === undefined || offset >= span.end) break;
      const start = Math.max(span.start - offset, 0);
      const end = Math.min(span.end - offset, part.text.length);
      cut.push({ pointer: part.pointer, start, end, replacement: cut.length === 0 ? span.replacement : '' });
    }
    return cut;
  }

  /** Offset of each part. */
  #starts(): readonly number[] {
    let length = 0;
    return this.parts.map(({ text }) => (length += text.length) - text.length);
  }
}

/** The last part that begins at or before `offset`. Binary search, since the number of parts is the caller's choice. */
function partAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low;
}

/** Texts in two parts or more, in the order of their first parts. */
export function joinedTexts(segments: readonly Segment[]): readonly JoinedText[] {
  let runs: Map<string, [Segment, ...Segment[]]> | null = null;
  for (const segment of segments) {
    if (segment.run === undefined) continue;
    runs ??= new Map();
    const key = `${segment.channel} ${segment.run}`;
    const parts = runs.get(key);
    if (parts === undefined) runs.set(key, [segment]);
    else parts.push(segment);
  }
  if (runs === null) return [];
  return [...runs.values()].filter(({ length }) => length > 1).map((parts) => new JoinedText(parts));
}
