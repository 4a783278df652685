import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseAllDocuments } from 'yaml';

import type { Cluster } from '../cluster/cluster.ts';
import { moduleFolder, type PinnedModule } from './foreign/modules.ts';

type Json = Readonly<Record<string, unknown>>;

export const CERT_MANAGER: PinnedModule = {
  path: 'github.com/cert-manager/cert-manager',
  version: 'v1.21.2',
  sum: 'h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=',
};

export const GRAFANA_OPERATOR: PinnedModule = {
  path: 'github.com/grafana/grafana-operator/v5',
  version: 'v5.18.0',
  sum: 'h1:ei7N2VfjsRjY8iprenH1IDV783WeV7CP5VNp//sB4hI=',
};
/** In {@link GRAFANA_OPERATOR}. */
export const GRAFANA_DASHBOARDS = 'config/crd/bases/grafana.integreatly.org_grafanadashboards.yaml';

/** Definitions of the kinds in the chart and `manifests/`, in other projects. */
const DEFINITIONS: readonly (PinnedModule & { readonly files: readonly string[] })[] = [
  {
    path: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
    files: ['servicemonitors', 'podmonitors', 'prometheusrules'].map(
      (name) => `example/prometheus-operator-crd/monitoring.coreos.com_${name}.yaml`,
    ),
  },
  {
    ...CERT_MANAGER,
    files: ['certificates', 'issuers'].map((name) => `deploy/crds/cert-manager.io_${name}.yaml`),
  },
  {
    path: 'github.com/cilium/cilium',
    version: 'v1.18.4',
    sum: 'h1:/HrbeMmk46UDkJs4uJemIqxB7wuZ+QRMNVscNYua5C8=',
    files: ['pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml'],
  },
  {
    path: 'github.com/kyverno/kyverno',
    version: 'v1.14.4',
    sum: 'h1:dKB+96YinFUecRsH7cSJlrlE9uVxi6KM0YuwesPbIEY=',
    files: ['config/crds/kyverno/kyverno.io_clusterpolicies.yaml'],
  },
  { ...GRAFANA_OPERATOR, files: [GRAFANA_DASHBOARDS] },
];

/** kubeconform's name of a kind's schema; the core group is represented by its version. */
export const SCHEMA_NAME = '{{.Group}}_{{.ResourceKind}}_{{.ResourceAPIVersion}}.json';

function schemaName(group: string, version: string, kind: string): string {
  return `${group === '' ? version : group}_${kind.toLowerCase()}_${version}.json`;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const NARROWING = new Set(['anyOf', 'oneOf', 'allOf', 'not']);
const INT_OR_STRING = { anyOf: [{ type: 'integer' }, { type: 'string' }] };

/**
 * Kubernetes' OpenAPI as JSON Schema that rejects unknown properties: where properties are listed and unknown ones are not preserved, no
 * others are allowed. An object may be null where the API accepts that for absent.
 */
function strict(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strict);
  if (!isObject(value)) return value;
  if (value['x-kubernetes-int-or-string'] === true || value['format'] === 'int-or-string')
    return INT_OR_STRING;
  // Schemas in anyOf and the like narrow properties that are named outside them.
  const copy = Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, NARROWING.has(key) ? each : strict(each)]),
  );
  const closed =
    isObject(value['properties']) &&
    value['additionalProperties'] === undefined &&
    value['x-kubernetes-preserve-unknown-fields'] !== true &&
    value['x-kubernetes-embedded-resource'] !== true;
  return closed ? { ...copy, additionalProperties: false } : copy;
}

/** All definitions that a definition refers to. */
function closure(
  name: string,
  all: Json,
  found: Map<string, unknown> = new Map<string, unknown>(),
): Map<string, unknown> {
  if (found.has(name)) return found;
  const definition = all[name];
  found.set(name, definition);
  for (const [, next = ''] of JSON.stringify(definition).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)) {
    closure(next, all, found);
  }
  return found;
}

/** A quantity is a string in OpenAPI, and YAML yields a number for `cpu: 1`. */
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

function builtIn(openapi: Json, folder: string): number {
  const definitions = strict(openapi['definitions']) as Json;
  const all = { ...definitions, [QUANTITY]: { anyOf: [{ type: 'string' }, { type: 'number' }] } };
  let count = 0;
  for (const [name, definition] of Object.entries(all)) {
    const kinds = (definition as Json)['x-kubernetes-group-version-kind'] as
      readonly GroupVersionKind[] | undefined;
    if (kinds?.length !== 1) continue;
    for (const { group, version, kind } of kinds) {
      const schema = { $ref: `#/definitions/${name}`, definitions: Object.fromEntries(closure(name, all)) };
      writeFileSync(join(folder, schemaName(group, version, kind)), JSON.stringify(schema));
      count += 1;
    }
  }
  return count;
}

interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: Json };
    }[];
  };
}

/** Metadata of every object, in place of the bare `type: object` of a definition. */
const METADATA = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    namespace: { type: 'string' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
  },
  additionalProperties: false,
};

function custom(text: string, folder: string): number {
  let count = 0;
  for (const document of parseAllDocuments(text)) {
    const definition = document.toJS() as CustomResourceDefinition | null;
    if (definition === null) continue;
    const { group, names, versions } = definition.spec;
    for (const { name, schema } of versions) {
      const whole = strict(schema.openAPIV3Schema) as Json;
      const properties = { ...(whole['properties'] as Json), metadata: METADATA };
      writeFileSync(
        join(folder, schemaName(group, name, names.kind)),
        JSON.stringify({ ...whole, properties }),
      );
      count += 1;
    }
  }
  return count;
}

/**
 * Writes the JSON Schema of every kind into a folder: Kubernetes' own from the API server's OpenAPI, the others from their projects'
 * definitions. @returns their number
 */
export async function writeSchemas(cluster: Cluster, folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const openapi = JSON.parse(await cluster.kubectl(['get', '--raw', '/openapi/v2'])) as Json;
  let count = builtIn(openapi, folder);
  for (const { files, ...module } of DEFINITIONS) {
    const source = await moduleFolder(module);
    for (const file of files) count += custom(readFileSync(join(source, file), 'utf8'), folder);
  }
  return count;
}
