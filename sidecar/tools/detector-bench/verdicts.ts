import {
  assessInjection,
  createPiiDetector,
  createSecretsDetector,
  viewsOf,
  type Detector,
} from '../../src/detectors/index.ts';

/** The baseline of six lines that every detector must beat. */
export const KEYWORDS =
  /(?:ignore|disregard|forget) (?:all |any |the )*(?:previous|prior|above)|system prompt|jailbreak|developer mode|\bDAN\b|pretend (?:to be|you are)/i;
/** The defaults of the policy. */
const USER = 0.8;
const UNTRUSTED = 0.5;

export const SECRETS = createSecretsDetector();
export const PERSONAL = createPiiDetector();

export function isInjection(text: string, untrusted: boolean): boolean {
  const finding = assessInjection(text, untrusted);
  return finding !== null && finding.score >= (untrusted ? UNTRUSTED : USER);
}

/** In the text or in any view of it, as the sidecar reads it. */
export function findsIn(detector: Detector, text: string): boolean {
  return [text, ...viewsOf(text).map((view) => view.text)].some((view) => detector.scan(view).length > 0);
}
