/** The parts of the record that the anchor uses: its format, and the log that it writes. */
export { FleetLog } from './fleet-log.ts';
export type { FleetLogOptions, FleetTelemetry } from './fleet-log.ts';
export { Backoff } from '../ship/backoff.ts';
export { waitIn } from '../ship/retry-after.ts';
export { AuditUnavailable } from '../log/unavailable.ts';
export type { JsonObject } from '../record/canonical.ts';
export { Chain, hashOf } from '../record/chain.ts';
export { createSigner, parseVerifier } from '../record/note.ts';
export type { Head, Verifier } from '../record/note.ts';
export { podContent, podContentFields, ROOM_OF_OPENED } from '../record/pod-content.ts';
export type { PodContent } from '../record/pod-content.ts';
export { namedIn, parseLine, type FleetLine } from '../record/schema.ts';
