/** Beginnings of credentials that have the shape of a label. */
const CREDENTIAL =
  /(?:AKIA|ASIA|AIza|ya29\.|gh[opsru]_|github_pat_|glpat-|hf_|gsk_|npm_|pypi-|r8_|sk[-_]|rk_live|xox[abeoprs]-|SG\.|eyJ)[\w.-]{8,}/;
/** A number by itself, as cards, accounts and telephones have them. */
const NUMBER = /(?<![A-Za-z0-9])\d[\d-]{7,}\d(?![A-Za-z0-9])/;
/** Dates and times have many digits and say nothing: those of events, and of models. */
const TIME = /(?<!\d)\d{4}-\d\d-\d\d(?:T[\d:.]{5,18}(?:Z|[+-]\d\d:?\d\d)?)?(?![\d-])/g;

/** True for a label or a name that may carry what detectors look for. */
export function isTelling(label: string): boolean {
  return label.length > 8 && (CREDENTIAL.test(label) || NUMBER.test(label.replace(TIME, '')));
}
