export { FactsOfRecord, type Period } from './facts.ts';
export { reportPage } from './page.ts';
export { auditReport } from './report.ts';
export { verifiedAgainstFleet, verifiedAlone, type Verification } from './verification.ts';
