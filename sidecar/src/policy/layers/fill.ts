import { present } from './meet-parts.ts';
import type { PolicyDocument } from '../keys/schema.ts';

type Section = 'models' | 'limits' | 'endpoints' | 'ingress' | 'egress' | 'action' | 'outbound' | 'audit';
type SectionOf<K extends Section> = NonNullable<PolicyDocument[K]>;

/** Every question answered. */
type Complete<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };
type Limits = SectionOf<'limits'>;
type Bound = 'requestBytes' | 'responseBytes' | 'holdChars' | 'detectorMs';

/** A policy in which every question has an answer; a limit that is absent is not limited. */
export interface CompletePolicy {
  readonly version: 1;
  readonly mode: PolicyDocument['mode'];
  readonly models: Complete<SectionOf<'models'>>;
  readonly limits: Limits & Complete<Pick<Limits, Bound>>;
  readonly endpoints: Complete<SectionOf<'endpoints'>>;
  readonly ingress: Complete<SectionOf<'ingress'>>;
  readonly egress: Complete<SectionOf<'egress'>>;
  readonly action: Complete<SectionOf<'action'>>;
  readonly outbound: Complete<SectionOf<'outbound'>>;
  readonly audit: Complete<SectionOf<'audit'>>;
}

/** What the layers say, and from `base` what none of them says. Field by field; settings are never mixed. */
export function fillComplete(document: PolicyDocument, base: CompletePolicy): CompletePolicy {
  return {
    version: 1,
    mode: document.mode,
    models: fill(base.models, document.models),
    limits: fill(base.limits, document.limits),
    endpoints: fill(base.endpoints, document.endpoints),
    ingress: fill(base.ingress, document.ingress),
    egress: fill(base.egress, document.egress),
    action: fill(base.action, document.action),
    outbound: fill(base.outbound, document.outbound),
    audit: fill(base.audit, document.audit),
  };
}

function fill<T extends object>(base: T, said: object | undefined): T {
  return said === undefined ? base : { ...base, ...present(said) };
}
