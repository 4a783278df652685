import type { Actor, Identity } from '../exchange/index.ts';
import type { CompiledIssuer } from '../policy/compile/compiled-callers.ts';
import type { CredentialFault } from './fault.ts';

type Claims = Readonly<Record<string, unknown>>;

const MAX_CHARS = 256;
const MAX_GROUPS = 256;
const MAX_ACTORS = 8;

/** The identity in verified claims, or what is wrong with them. */
export function identityIn(claims: Claims, issuer: CompiledIssuer): Identity | CredentialFault {
  const subject = at(claims, issuer.subjectClaim);
  if (!isName(subject)) return 'subject';
  const groups =
    issuer.via === 'service-account' ? groupsOfAccount(subject) : groupsOfClaim(claims, issuer.groupsClaim);
  if (groups === 'subject') return 'subject';
  const actor = actorIn(claims['act']);
  if (actor === 'actor') return 'actor';
  return { via: issuer.via, issuer: issuer.issuer, subject, groups, claims, actor };
}

function groupsOfClaim(claims: Claims, path: readonly string[] | null): readonly string[] | null {
  return path === null ? null : groupsIn(at(claims, path));
}

/** The groups that the API server gives to a service account. */
function groupsOfAccount(subject: string): readonly string[] | 'subject' {
  const namespace = /^system:serviceaccount:([a-z0-9-]+):[a-z0-9.-]+$/.exec(subject)?.[1];
  if (namespace === undefined) return 'subject';
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
}

function at(claims: Claims, path: readonly string[]): unknown {
  let value: unknown = claims;
  for (const name of path) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

/**
 * Null: the token does not tell, or not in a form that can be read whole. A part of the groups would not do: that one is missing must be
 * known too.
 */
function groupsIn(value: unknown): readonly string[] | null {
  const groups: readonly unknown[] = Array.isArray(value) ? value : [value];
  return groups.length <= MAX_GROUPS && groups.every(isName) ? groups : null;
}

/**
 * RFC 8693 §4.1: the outermost party acts now, the inner ones acted before. What cannot be read is a fault and not null, which means that
 * the subject acts by itself.
 */
function actorIn(value: unknown, depth = 1): Actor | null | 'actor' {
  if (value === undefined) return null;
  if (!isObject(value) || depth > MAX_ACTORS) return 'actor';
  const { sub, iss = null, act } = value;
  const before = actorIn(act, depth + 1);
  if (before === 'actor' || !isName(sub) || (iss !== null && !isName(iss))) return 'actor';
  return { subject: sub, issuer: iss, actor: before };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_CHARS;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
