import type { Segment } from '../exchange/index.ts';
import { scanText, type Judging, type Span, type TextRule } from './scan.ts';

/** Parts that a model or a client reads as one text. */
export class JoinedText {
  readonly parts: readonly [Segment, ...Segment[]];
  readonly text: string;

  constructor(parts: readonly [Segment, ...Segment[]]) {
    this.parts = parts;
    this.text = parts.map((part) => part.text).join('');
  }

  /** Who speaks and where: the same for all parts but for the number of the part. */
  get first(): Segment {
    return this.parts[0];
  }

  /** As the servers have it that put a line break between parts. */
  get lines(): string {
    return this.parts.map((part) => part.text).join('\n');
  }

  /** What the rules find across the borders of parts, as spans of the parts; what lies within one part is found there. */
  scan(
    rules: readonly TextRule[],
    judging: Omit<Judging, 'range' | 'counts'>,
  ): readonly (Span & { readonly pointer: string })[] {
    const borders: number[] = [];
    let length = 0;
    for (const { text } of this.parts.slice(0, -1)) borders.push((length += text.length));
    const spans = scanText(this.text, this.first.pointer, rules, {
      ...judging,
      counts: ({ start, end }) => borders.some((border) => start < border && border < end),
    });
    return spans.flatMap((span) => this.#cut(span));
  }

  /** The first part gets the replacement, the others only lose their piece. */
  #cut(span: Span): readonly (Span & { readonly pointer: string })[] {
    const cut: (Span & { readonly pointer: string })[] = [];
    let offset = 0;
    for (const { pointer, text } of this.parts) {
      const start = Math.max(span.start - offset, 0);
      const end = Math.min(span.end - offset, text.length);
      if (start < end)
        cut.push({ pointer, start, end, replacement: cut.length === 0 ? span.replacement : '' });
      offset += text.length;
    }
    return cut;
  }
}

/** The texts that come in two parts or more, in the order of their first parts. */
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
