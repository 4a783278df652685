/** A range of a text and its replacement. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** What was found gets a pseudonym for this kind of value instead, once its end is known. Absent: the replacement. */
  readonly kind?: string;
  /** The replacement is the value of a pseudonym, so it is escaped where it comes into a JSON string. Absent: it needs no escape. */
  readonly isValue?: true;
}

/** Sorts by start and merges overlaps. Adjacent spans stay separate. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) merged.push(span);
    else if (span.end > last.end || (last.kind !== undefined && span.kind === undefined))
      merged[merged.length - 1] = union(last, span);
  }
  return merged;
}

/** What is hidden for good from anyone gets no pseudonym, which would bring it back. */
function union(first: Span, other: Span): Span {
  const { start } = first;
  const end = Math.max(first.end, other.end);
  if (first.kind === undefined || other.kind !== undefined) return { ...first, end };
  return { start, end, replacement: other.replacement };
}

/** The text with its spans replaced. `spans` are sorted and do not overlap. */
export function replaceSpans(text: string, spans: readonly Span[]): string {
  let out = '';
  let at = 0;
  for (const span of spans) {
    out += text.slice(at, span.start) + span.replacement;
    at = span.end;
  }
  return out + text.slice(at);
}
