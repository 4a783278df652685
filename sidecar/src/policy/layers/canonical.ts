import { createHash } from 'node:crypto';
import { stringify } from 'yaml';

import { MEDIA_KINDS } from '../keys/schema-text.ts';
import { canonicalMedia } from './media.ts';
import type { CompletePolicy } from './fill.ts';
import type { PolicyDocument } from '../keys/schema.ts';
import type { McpRule } from '../keys/schema-mcp.ts';
import type { AllowList } from '../keys/schema-parts.ts';
import type { ToolSet } from '../keys/schema-tool.ts';

type Sections = Pick<PolicyDocument, 'models' | 'endpoints' | 'ingress' | 'egress' | 'action' | 'audit'>;

/**
 * The one spelling of a document: lists that are sets are sorted and free of repetition and of lists that others make superfluous,
 * and settings that are off carry nothing but that.
 */
export function canonicalDocument(document: PolicyDocument): PolicyDocument {
  const { models, endpoints, ingress, egress, action, audit } = document;
  const sections: Sections = {};
  if (models !== undefined) sections.models = mapKeys(models, { allow: canonicalAllow });
  if (endpoints !== undefined)
    sections.endpoints = mapKeys(endpoints, {
      pass: canonicalAllow,
      upgrade: canonicalAllow,
      mcp: canonicalAllow,
      tcp: canonicalAllow,
    });
  if (ingress !== undefined) {
    sections.ingress = mapKeys(ingress, {
      media: canonicalMedia,
      pii: (pii) => ({ ...pii, entities: sorted(pii.entities) }),
      rules: (rules) =>
        sorted(
          rules.map((rule) => (rule.roles === undefined ? rule : { ...rule, roles: sorted(rule.roles) })),
        ),
    });
  }
  if (egress !== undefined) {
    sections.egress = mapKeys(egress, {
      pii: (pii) => ({ ...pii, entities: sorted(pii.entities) }),
      documents: (documents) => ({ ...documents, fingerprints: sorted(documents.fingerprints) }),
      links: (links) => mapKeys(links, { allowHosts: canonicalAllow }),
      media: canonicalMedia,
      rules: sorted,
    });
  }
  if (action !== undefined) {
    sections.action = mapKeys(action, {
      tools: (sets) => sorted(sets.map(canonicalSet)),
      mcp: (rules) => sorted(rules.map(canonicalServer)),
      hosts: canonicalAllow,
      tcp: canonicalAllow,
    });
  }
  if (audit !== undefined) sections.audit = mapKeys(audit, { sinks: sorted });
  return { ...document, ...sections };
}

/** Applies a function to the keys that are there. */
function mapKeys<T extends object>(
  value: T,
  by: { readonly [K in keyof T]?: (part: NonNullable<T[K]>) => NonNullable<T[K]> },
): T {
  const mapped = { ...value };
  for (const key of Object.keys(by) as (keyof T)[]) {
    const part = mapped[key];
    const apply = by[key];
    if (part !== undefined && part !== null && apply !== undefined) mapped[key] = apply(part);
  }
  return mapped;
}

function canonicalServer(rule: McpRule): McpRule {
  return {
    ...mapKeys(rule, {
      paths: canonicalAllow,
      tools: canonicalAllow,
      resources: canonicalAllow,
      prompts: canonicalAllow,
      clientFeatures: canonicalAllow,
    }),
    pinning: sorted(
      rule.pinning.map(({ pin, pins }) => ({
        pin,
        pins: Object.fromEntries(Object.entries(pins).map(([tool, hashes]) => [tool, sorted(hashes)])),
      })),
    ),
  };
}

function canonicalSet(set: ToolSet): ToolSet {
  return {
    default: set.default,
    tools: sorted(set.tools.map((tool) => mapKeys(tool, { models: canonicalAllow }))),
  };
}

/** Of lists that must all agree, one that holds all entries of another adds nothing. */
function canonicalAllow<T>({ allOf }: AllowList<T>): AllowList<T> {
  const lists = sorted(allOf.map((list) => sorted(list)));
  const texts = new Map<readonly T[], ReadonlySet<string>>(
    lists.map((list) => [list, new Set(list.map(canonicalJson))]),
  );
  const contains = (outer: readonly T[], inner: readonly T[]): boolean =>
    inner.every((entry) => texts.get(outer)?.has(canonicalJson(entry)) === true);
  return { allOf: lists.filter((list) => !lists.some((other) => other !== list && contains(list, other))) };
}

/** By canonical JSON, without repetition. */
function sorted<T>(items: readonly T[]): T[] {
  const byText = new Map(items.map((item) => [canonicalJson(item), item]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

/** JSON with sorted keys and without `undefined`. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`)
    .join(',')}}`;
}

/** A document as people would write it: one list where one list is meant. It parses back to the same document. */
export function writtenPolicy(document: PolicyDocument | CompletePolicy): unknown {
  const { action, ...rest } = document;
  const plain = plainLists({ ...rest, ...(action === undefined ? {} : { action: writtenAction(action) }) });
  return plain;
}

function writtenAction({ mcp, ...action }: NonNullable<PolicyDocument['action']>): object {
  return { ...writtenTools(action), ...(mcp === undefined ? {} : { mcp: mcp.map(writtenServer) }) };
}

/** Tools without conditions by their names alone, and one layer's pins as that layer wrote them. */
function writtenServer({ tools, pinning, ...rest }: McpRule): object {
  const [only] = pinning;
  const names = tools.allOf.map((list) =>
    list.map((tool) =>
      tool.when === undefined && tool.arguments === undefined && tool.mode === 'enforce' ? tool.name : tool,
    ),
  );
  const pins = only !== undefined && pinning.length === 1 ? only : { pinning };
  return { ...rest, tools: { allOf: names }, ...pins };
}

function writtenTools({ tools, ...section }: Omit<NonNullable<PolicyDocument['action']>, 'mcp'>): object {
  if (tools === undefined || tools.length === 0) return section;
  const [only] = tools;
  if (only !== undefined && tools.length === 1 && only.default === (section.default ?? 'deny'))
    return { ...section, tools: only.tools };
  return { ...section, tools: { allOf: tools } };
}

const OFF: ReadonlySet<unknown> = new Set(['off', 'allow']);

/** A setting that is off, unless it names kinds that are not (`media: { action: allow, image: { action: block } }`). */
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
  /** Lower-case hex of the hash of the canonical JSON: two policies with the same hash mean the same. */
  readonly sha256: string;
}

/** Stable over processes and over the order in which layers were met. */
export function canonicalPolicy(policy: PolicyDocument | CompletePolicy): CanonicalPolicy {
  const json = canonicalJson(writtenPolicy(canonicalDocument(policy)));
  return {
    text: stringify(JSON.parse(json), { lineWidth: 0, aliasDuplicateObjects: false }),
    sha256: createHash('sha256').update(json).digest('hex'),
  };
}
