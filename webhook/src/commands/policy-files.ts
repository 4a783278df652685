import { readFileSync } from 'node:fs';

import { isGone, UsageError } from '@llm-boundary/sidecar/flags';
import { parseAllDocuments } from 'yaml';

import { LABELS, parseNamespace, type Namespace } from '../inject/index.ts';
import { parseConfigMap, PolicyCatalogue, POLICY_KEY, type PolicyConfigMap } from '../policies/index.ts';

/** The text of a file that a flag names, or of `from`, an open file. @throws UsageError */
export function textOf(flag: string, file: string, from: string | number = file): string {
  try {
    return readFileSync(from, 'utf8');
  } catch (error) {
    const reason = isGone(error) ? 'there is no such file' : 'expected a file that can be read';
    throw new UsageError(`${flag} ${JSON.stringify(file)}: ${reason}`);
  }
}

/** Every document of a YAML or JSON file. @throws UsageError */
export function documents(
  flag: string,
  file: string,
  content: string = textOf(flag, file),
): readonly unknown[] {
  return parseAllDocuments(content).map((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) throw new UsageError(`${flag} ${JSON.stringify(file)}: ${fault.message}`);
    return document.toJS() as unknown;
  });
}

function isConfigMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'ConfigMap';
}

/** A file holds a policy document, or the manifest of its ConfigMap. */
function policyMap(file: string, name: string, namespace: string): PolicyConfigMap {
  const content = textOf('--policy', file);
  const manifest = documents('--policy', file, content).find(isConfigMap);
  const map = manifest === undefined ? null : parseConfigMap(manifest);
  const labels = { [LABELS.policy]: 'true' };
  if (map === null) return { metadata: { name, namespace, labels }, data: { [POLICY_KEY]: content } };
  return { ...map, metadata: { ...map.metadata, name, namespace, labels } };
}

/**
 * The catalogue of the flags `--policy NAME=FILE`. `floor` is the floor, `NAMESPACE/NAME=FILE` a policy in a workload's namespace. @throws
 * UsageError for a missing or invalid file
 */
export function policiesFromFiles(flags: readonly string[], systemNamespace: string): PolicyCatalogue {
  const catalogue = new PolicyCatalogue(systemNamespace);
  for (const flag of flags) {
    const [, namespace = systemNamespace, name = '', file = ''] =
      /^(?:([a-z0-9-]+)\/)?([a-z0-9.-]+)=(.+)$/.exec(flag) ?? [];
    if (file === '')
      throw new UsageError(`--policy ${JSON.stringify(flag)}: expected NAME=FILE or NAMESPACE/NAME=FILE`);
    const result = catalogue.set(policyMap(file, name, namespace));
    if (result?.ok === false) {
      throw new UsageError(`--policy ${JSON.stringify(flag)}: ${result.problems.join('\n')}`);
    }
  }
  return catalogue;
}

function isNamespace(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Namespace';
}

/** The Namespace objects among some documents, by name. */
export function namespacesIn(all: readonly unknown[]): ReadonlyMap<string, Namespace> {
  return new Map(
    all.filter(isNamespace).flatMap((value): readonly [string, Namespace][] => {
      const parsed = parseNamespace(value);
      return parsed.ok ? [[parsed.value.metadata.name, parsed.value]] : [];
    }),
  );
}

/** Namespace objects of files, by name. @throws UsageError */
export function namespacesFromFiles(flag: string, files: readonly string[]): ReadonlyMap<string, Namespace> {
  const found = files.flatMap((file) =>
    documents(flag, file).map((document) => {
      const parsed = parseNamespace(document);
      if (!parsed.ok || (parsed.value.kind ?? 'Namespace') !== 'Namespace') {
        throw new UsageError(`${flag} ${JSON.stringify(file)}: expected Namespace objects`);
      }
      return parsed.value;
    }),
  );
  return new Map(found.map((namespace) => [namespace.metadata.name, namespace]));
}
