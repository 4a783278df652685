/** The parts of the record that the anchor uses: its format, and the log that it writes. */
export { FleetLog } from './fleet-log.ts';
export type { FleetLogOptions, FleetTelemetry } from './fleet-log.ts';
export { AuditUnavailable } from '../log/unavailable.ts';
export type { JsonObject } from '../record/canonical.ts';
export { MAX_CONTAINERS, MAX_LABELS } from '../record/fleet-lines.ts';
export { Chain, hashOf } from '../record/chain.ts';
export { createSigner, parseVerifier } from '../record/note.ts';
export type { Head, Verifier } from '../record/note.ts';
export { namedIn, parseLine, type FleetLine } from '../record/schema.ts';
