import { AT_START, type Detector, type Finding } from '../detector.ts';

/**
 * Checks the contract of `Detector.hold` on one text: at every cut, the findings that begin before the hold are those of the whole
 * text. Throws with the cut that breaks it. For tests of detectors.
 */
export function assertHoldInvariant(
  detector: Pick<Detector, 'scan' | 'hold'>,
  text: string,
  cuts = everyCut(text),
): void {
  const whole = detector.scan(text);
  for (const cut of cuts) {
    const arrived = text.slice(0, cut);
    const hold = detector.hold(arrived);
    if (hold < 0 || hold > cut) throw new Error(`hold ${hold} is outside of the ${cut} units that arrived`);
    const early = describe(detector.scan(arrived), hold);
    const late = describe(whole, hold);
    if (early !== late) {
      throw new Error(
        `cut ${cut}, hold ${hold} of ${JSON.stringify(text)}: ${early || 'nothing'} became ${late || 'nothing'}`,
      );
    }
  }
}

/**
 * Checks the contract of `Detector.resume` on one text that arrives in pieces which end at `cuts` (rising): together the steps find what
 * `scan` finds in the whole, though nothing stays of the text before each hold but one code point. `slack` is by how much less is
 * asked for than could be: other detectors hold too.
 */
export function assertResumeLaw(detector: Detector, text: string, cuts = everyCut(text), slack = 0): void {
  const found: Finding[] = [];
  let progress = AT_START;
  let base = 0;
  const step = (cut: number, until: number): void => {
    const resumed = detector.resume({ text: text.slice(base, cut), base, until }, progress);
    found.push(...resumed.findings);
    progress = resumed.progress;
    base = Math.max(0, wholeAt(text, until - 1));
  };
  for (const cut of cuts) {
    const hold = base + detector.hold(text.slice(base, cut), progress.from - base);
    step(cut, Math.max(progress.from, wholeAt(text, hold - slack)));
  }
  step(text.length, text.length);
  const [steps, whole] = [describe(found), describe(detector.scan(text))];
  if (steps !== whole)
    throw new Error(
      `${JSON.stringify(text)}: step by step ${steps || 'nothing'}, as a whole ${whole || 'nothing'}`,
    );
}

/** Not between the halves of a pair. */
function wholeAt(text: string, offset: number): number {
  const low = text.charCodeAt(offset);
  const high = text.charCodeAt(offset - 1);
  return low >= 0xdc00 && low <= 0xdfff && high >= 0xd800 && high <= 0xdbff ? offset - 1 : offset;
}

function describe(findings: readonly Finding[], before = Infinity): string {
  return findings
    .filter((finding) => finding.start < before)
    .map((finding) => `${finding.rule} ${finding.start}-${finding.end} ${finding.score}`)
    .join(', ');
}

function everyCut(text: string): readonly number[] {
  return Array.from({ length: text.length + 1 }, (_, cut) => cut);
}
