import type { PathPart } from '../kinds/problem.ts';
import { policySchemaJson } from './schema.ts';

type Json = Readonly<Record<string, unknown>>;

/** Valid keys at a path of the document. */
export function keysAt(path: readonly PathPart[]): readonly string[] {
  let nodes: readonly Json[] = alternatives(policySchemaJson());
  for (const part of path) nodes = nodes.flatMap((node) => alternatives(step(node, part)));
  return [...new Set(nodes.flatMap((node) => Object.keys(asJson(node['properties']) ?? {})))];
}

/** Paths below the root that end in a key, such as `egress.promptLeak` for `promptLeak`. Sections and their settings only. */
export function pathsOf(key: string): readonly string[] {
  return keysAt([])
    .filter((section) => keysAt([section]).includes(key))
    .map((section) => `${section}.${key}`);
}

function step(node: Json, part: PathPart): Json | null {
  if (typeof part === 'number') return asJson(node['items']);
  return asJson(asJson(node['properties'])?.[part]) ?? asJson(node['additionalProperties']);
}

function alternatives(node: Json | null): readonly Json[] {
  if (node === null) return [];
  const anyOf: unknown = node['anyOf'];
  return Array.isArray(anyOf) ? anyOf.flatMap((entry) => alternatives(asJson(entry))) : [node];
}

function asJson(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}
