/** Prefixes of credentials that have the shape of a label. */
const CREDENTIAL =
  /(?:AKIA|ASIA|AIza|ya29\.|gh[opsru]_|github_pat_|glpat-|hf_|gsk_|npm_|pypi-|r8_|sk[-_]|rk_live|xox[abeoprs]-|SG\.|eyJ)[\w.-]{8,}/;
/** A standalone number, as of cards, accounts and telephones. */
const NUMBER = /(?<![A-Za-z0-9])\d[\d-]{7,}\d(?![A-Za-z0-9])/;
/** Dates and times of events and models have many digits and are harmless. */
const TIME = /(?<!\d)\d{4}-\d\d-\d\d(?:T[\d:.]{5,18}(?:Z|[+-]\d\d:?\d\d)?)?(?![\d-])/g;

/** True for a label or a name that detectors should read. */
export function needsScan(label: string): boolean {
  return label.length > 8 && (CREDENTIAL.test(label) || NUMBER.test(label.replace(TIME, '')));
}
