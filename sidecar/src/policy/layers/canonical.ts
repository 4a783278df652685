import { createHash } from 'node:crypto';
import { stringify } from 'yaml';

import { writtenAction } from '../keys/action.ts';
import { canonicalJson } from '../kinds/canonical-json.ts';
import { MEDIA_KINDS } from '../keys/media.ts';
import { policyRule, type PolicyDocument } from '../keys/schema.ts';
import type { CompletePolicy } from './fill.ts';

/** A document in its written form, with plain lists where there is one. It parses back to the same document. */
export function writtenPolicy(document: PolicyDocument | CompletePolicy): unknown {
  const { action, ...rest } = document;
  return plainLists({ ...rest, ...(action === undefined ? {} : { action: writtenAction(action) }) });
}

const OFF: ReadonlySet<unknown> = new Set(['off', 'allow']);

/** A setting that is off for all kinds (not `media: { action: allow, image: { action: block } }`). */
function isPlainlyOff(record: Readonly<Record<string, unknown>>): boolean {
  return OFF.has(record['action']) && !MEDIA_KINDS.some((kind) => record[kind] !== undefined);
}

function plainLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainLists);
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Readonly<Record<string, unknown>>;
  const { allOf } = record;
  if (Array.isArray(allOf) && allOf.length === 1 && Array.isArray(allOf[0])) return allOf[0].map(plainLists);
  if (isPlainlyOff(record)) return { action: record['action'] };
  return Object.fromEntries(
    Object.entries(record)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, plainLists(item)]),
  );
}

export interface CanonicalPolicy {
  /** YAML, for people and ConfigMaps; parses back to the same policy. */
  readonly text: string;
  /** Lower-case hex of the hash of the canonical JSON: policies with the same hash are equivalent. */
  readonly sha256: string;
}

/** Independent of the process and of the order of the meet. */
export function canonicalPolicy(policy: PolicyDocument | CompletePolicy): CanonicalPolicy {
  const json = canonicalJson(writtenPolicy(policyRule.canonical(policy)));
  return {
    text: stringify(JSON.parse(json), { lineWidth: 0, aliasDuplicateObjects: false }),
    sha256: createHash('sha256').update(json).digest('hex'),
  };
}
