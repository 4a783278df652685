import { parseAllDocuments } from 'yaml';

import type { ManifestFile } from './modules.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Pod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Json;
}

/** A pod of another project. */
export interface ForeignPod {
  /** Module, file and name. */
  readonly source: string;
  readonly pod: Pod;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function strings(value: unknown): Readonly<Record<string, string>> {
  return isObject(value)
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
    : {};
}

function podOf({ metadata, spec }: Json): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      labels: strings(isObject(metadata) ? metadata['labels'] : undefined),
      annotations: strings(isObject(metadata) ? metadata['annotations'] : undefined),
    },
    spec: spec as Json,
  };
}

/** Every pod in an object: a Pod, and the template of a workload of any kind, also in a list. */
function podsIn(value: unknown): readonly Pod[] {
  if (Array.isArray(value)) return value.flatMap(podsIn);
  if (!isObject(value)) return [];
  if (isObject(value['spec']) && Array.isArray(value['spec']['containers'])) return [podOf(value)];
  return Object.values(value).flatMap(podsIn);
}

/** Templates of other programs and invalid YAML are not manifests. */
function documentsOf({ text }: ManifestFile): readonly unknown[] {
  if (text.includes('{{')) return [];
  return parseAllDocuments(text, { logLevel: 'silent' }).flatMap((document) => {
    if (document.errors.length > 0) return [];
    const value: unknown = document.toJS({ maxAliasCount: 1000 });
    return [value];
  });
}

/** The pods of the files, each shape once, each with its own name. */
export function foreignPods(files: readonly ManifestFile[]): readonly ForeignPod[] {
  const seen = new Set<string>();
  return files
    .flatMap((file) =>
      documentsOf(file)
        .flatMap(podsIn)
        .map((pod) => ({ source: file.source, pod })),
    )
    .filter(({ pod }) => {
      const shape = JSON.stringify([pod.metadata.annotations, pod.spec]);
      if (seen.has(shape)) return false;
      seen.add(shape);
      return true;
    })
    .map(({ source, pod }, index) => ({
      source,
      pod: { ...pod, metadata: { ...pod.metadata, name: `foreign-${index}` } },
    }));
}
