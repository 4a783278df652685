import {
  createLinksDetector,
  createPiiDetector,
  createSecretsDetector,
  type Detector,
  type PiiEntity,
} from '../../detectors/index.ts';

/** Factory of a policy's built-in detectors. */
export interface BuiltinDetectors {
  readonly secrets: () => Detector;
  readonly pii: (entities: readonly PiiEntity[]) => Detector;
  /** @param hosts allowed targets of links */
  readonly links: (hosts: readonly string[]) => Detector;
}

/** Detectors are pure, so policies with the same settings share them: building one takes much longer than a scan. */
const built = new Map<string, Detector>();
const MAX_BUILT = 64;

function shared(key: string, build: () => Detector): Detector {
  const known = built.get(key);
  if (known !== undefined) return known;
  const detector = build();
  if (built.size >= MAX_BUILT) built.clear();
  built.set(key, detector);
  return detector;
}

const COLD: BuiltinDetectors = {
  secrets: () => shared('secrets', createSecretsDetector),
  pii: (entities) => shared(`pii ${[...entities].sort().join()}`, () => createPiiDetector(entities)),
  links: (hosts) => shared(`links ${hosts.join()}`, () => createLinksDetector(hosts)),
};

/** Detectors that were warmed up, or wait for it. */
const warmed = new WeakSet<Detector>();
const waiting: Iterator<void>[] = [];

/**
 * Warms a detector up behind whatever else there is to do, a step for each turn of the event loop: all of it at once would hold up the start, and
 * the exchanges beside a new policy, for most of a second.
 */
function warm(detector: Detector): Detector {
  const steps = warmed.has(detector) ? undefined : detector.warmUp?.();
  warmed.add(detector);
  if (steps === undefined) return detector;
  waiting.push(steps[Symbol.iterator]());
  if (waiting.length === 1) setImmediate(step).unref();
  return detector;
}

function step(): void {
  if (waiting[0]?.next().done === true) waiting.shift();
  if (waiting.length > 0) setImmediate(step).unref();
}

/** For whoever scans: built when the policy is, and warm soon after. A text that comes before builds what it needs. */
export const SCANNING: BuiltinDetectors = {
  secrets: () => warm(COLD.secrets()),
  pii: (entities) => warm(COLD.pii(entities)),
  links: (hosts) => warm(COLD.links(hosts)),
};

/**
 * For whoever only judges whether a policy holds, as a webhook does: nothing is built before something is scanned. To build them takes a second
 * of CPU, which an admission that waits for it does not have.
 */
export const JUDGING: BuiltinDetectors = {
  secrets: () => deferred('secrets', () => COLD.secrets()),
  pii: (entities) => deferred('pii', () => COLD.pii(entities)),
  links: (hosts) => deferred('links', () => COLD.links(hosts)),
};

function deferred(id: string, build: () => Detector): Detector {
  return {
    id,
    scan: (text) => build().scan(text),
    hold: (text, from) => build().hold(text, from),
    resume: (part, progress) => build().resume(part, progress),
  };
}
