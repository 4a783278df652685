import {
  AT_START,
  type Detector,
  type Finding,
  type Progress,
  type Resumed,
  type RunningPart,
} from './detector.ts';
import { reachOf, settleFindings } from './findings.ts';

/** Combines detectors; a finding inside another one is dropped. */
export function combineDetectors(id: string, detectors: readonly Detector[]): Detector {
  return {
    id,
    scan(text) {
      const findings: Finding[] = [];
      for (const detector of detectors) for (const finding of detector.scan(text)) findings.push(finding);
      return settleFindings(findings);
    },
    hold: (text, from) => holdOf(detectors, text, from),
    resume: (part, progress) => resume(detectors, part, progress),
    *warmUp() {
      for (const detector of detectors) yield* detector.warmUp?.() ?? [];
    },
  };
}

function holdOf(detectors: readonly Detector[], text: string, from = 0): number {
  let hold = text.length;
  for (const detector of detectors) {
    // Nothing is held from further ahead.
    if (hold <= from) break;
    hold = Math.min(hold, detector.hold(text, from));
  }
  return hold;
}

function resume(detectors: readonly Detector[], part: RunningPart, { parts, reach }: Progress): Resumed {
  const resumed = detectors.map((detector, index) => detector.resume(part, parts[index] ?? AT_START));
  const findings = settleFindings(
    resumed.flatMap((one) => one.findings),
    reach,
  );
  const progress = {
    ...AT_START,
    from: part.until,
    reach: reachOf(findings, reach),
    parts: resumed.map((one) => one.progress),
  };
  return { findings, progress };
}
