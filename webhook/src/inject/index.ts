export { applyPatch, PatchConflict } from './patch/apply-patch.ts';
export { DEFAULT_CONFIG } from '../pod/config.ts';
export type { Capture, InjectConfig, PodSecurityLevel } from '../pod/config.ts';
export { inject, malformedPod } from './inject.ts';
export type { Injection, InjectInput } from './inject.ts';
export {
  ANNOTATIONS,
  CONTAINERS,
  LABELS,
  PATHS,
  PORTS,
  publishedName,
  SIDECAR_UID,
  VOLUMES,
} from '../pod/names.ts';
export { jsonPatch } from './patch/patch.ts';
export type { PatchOperation } from './patch/patch.ts';
export { parseNamespace, parsePod } from '../pod/pod.ts';
export type { Container, Namespace, Pod } from '../pod/pod.ts';
export { AUDIT_VOLUME_FORM, parseAuditVolume } from '../pod/audit-volume.ts';
export type { AuditVolume } from '../pod/audit-volume.ts';
export { readAmount } from '../pod/amount.ts';
export type {
  Amount,
  InjectPolicy,
  PolicyAnswer,
  PolicyLookup,
  PolicyMode,
  SidecarShare,
} from '../pod/policy.ts';
export { REFUSALS, refusalsPage, refusalText } from '../pod/refusals.ts';
export type { Refusal, RefusalCode } from '../pod/refusals.ts';
export { ruleset } from '../capture/redirect/ruleset.ts';
export { ANCHOR } from './container/volumes.ts';
export { parseStatus } from './status.ts';
export type { Status } from './status.ts';
export { guardEphemeral } from './ephemeral.ts';
export { frozenViolation } from './patch/frozen.ts';
export { controllerOf } from '../pod/controller.ts';
export type { Controller } from '../pod/controller.ts';
export { choosePolicy } from '../pod/policy.ts';
export type { PolicyChoice } from '../pod/policy.ts';
export { refuse, InjectionRefused } from '../pod/refusals.ts';
