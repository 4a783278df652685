import type { Detector, Finding } from './detector.ts';

/**
 * Checks the contract of `Detector.hold` on one text: at every cut, the findings that begin before the hold are those of the whole
 * text. Throws with the cut that breaks it. For tests of detectors.
 */
export function assertHoldLaw(
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

function describe(findings: readonly Finding[], hold: number): string {
  return findings
    .filter((finding) => finding.start < hold)
    .map((finding) => `${finding.rule} ${finding.start}-${finding.end} ${finding.score}`)
    .join(', ');
}

function everyCut(text: string): readonly number[] {
  return Array.from({ length: text.length + 1 }, (_, cut) => cut);
}
