export { applyPatch, PatchConflict } from './apply-patch.ts';
export { DEFAULT_CONFIG } from './config.ts';
export type { Capture, InjectConfig, PodSecurityLevel } from './config.ts';
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
} from './names.ts';
export { jsonPatch } from './patch.ts';
export type { PatchOperation } from './patch.ts';
export { parseNamespace, parsePod } from './pod.ts';
export type { Container, Namespace, Pod } from './pod.ts';
export type { Amount, InjectPolicy, PolicyAnswer, PolicyLookup, PolicyMode, SidecarShare } from './policy.ts';
export { REFUSALS, refusalsPage, refusalText } from './refusals.ts';
export type { Refusal, RefusalCode } from './refusals.ts';
export { ruleset } from './ruleset.ts';
export { parseStatus } from './status.ts';
export type { Status } from './status.ts';
export { guardEphemeral } from './ephemeral.ts';
export { frozenViolation } from './frozen.ts';
export { choosePolicy } from './policy.ts';
export type { PolicyChoice } from './policy.ts';
export { refuse, InjectionRefused } from './refusals.ts';
