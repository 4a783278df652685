import { AT_START, type Detector, type Finding } from './detector.ts';

/** Work in slices of a few milliseconds, between which other work may run. */
export type Sliced<T> = Generator<undefined, T>;

/** Texts up to this length are scanned at once. UTF-16 code units. */
export const LONG_TEXT = 32_768;
const SLICE = 8_192;

/** All slices at once. */
export function allAtOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/**
 * As `detector.scan`, in slices of a length that grows only where a finding may: of text that is held back, so much more is read at once
 * that the whole stays linear.
 */
export function* scanInSlices(detector: Detector, text: string): Sliced<readonly Finding[]> {
  if (text.length <= LONG_TEXT) return detector.scan(text);
  const findings: Finding[] = [];
  let progress = AT_START;
  let base = 0;
  for (let end = SLICE; ;) {
    end = wholeAt(text, Math.min(end, text.length));
    const isLast = end === text.length;
    const part = text.slice(base, end);
    const hold = isLast ? end : base + detector.hold(part, progress.from - base);
    const until = Math.max(progress.from, wholeAt(text, hold));
    if (!isLast) yield;
    const resumed = detector.resume({ text: part, base, until }, progress);
    for (const finding of resumed.findings) findings.push(finding);
    if (isLast) return findings;
    progress = resumed.progress;
    // Word boundaries are judged by the code point before.
    base = wholeAt(text, Math.max(0, until - 1));
    end += Math.max(SLICE, end - until);
    yield;
  }
}

/** The offset, or the one before it inside of a surrogate pair. */
export function wholeAt(text: string, offset: number): number {
  const low = text.charCodeAt(offset);
  const high = text.charCodeAt(offset - 1);
  return low >= 0xdc00 && low <= 0xdfff && high >= 0xd800 && high <= 0xdbff ? offset - 1 : offset;
}
