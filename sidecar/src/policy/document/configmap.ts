import { isRecord } from '../kinds/record.ts';
import { isScalar, LineCounter, type Scalar } from 'yaml';

import type { Problem } from '../kinds/problem.ts';
import { readYaml, type Origin } from './yaml-text.ts';

export const POLICY_KEY = 'policy.yaml';
/** Beside a published policy: the issuer and the keys of the cluster's service accounts. Written by the webhook. */
export const SERVICE_ACCOUNTS_KEY = 'service-accounts.json';

/** A policy document in a file, and its position. */
export interface Found {
  readonly text: string;
  readonly origin: Origin;
  /** `metadata.name` of the ConfigMap; null where the file is the document itself. */
  readonly name: string | null;
  /** The policy that the ConfigMap names as its shadow; null where it names none. */
  readonly shadow: string | null;
  /** Fingerprint files among the other keys of the ConfigMap, by name. */
  readonly fingerprints: ReadonlyMap<string, string>;
}

/** Annotation of a ConfigMap that names another policy, which is judged beside its own. */
const SHADOW_ANNOTATION = 'llm-boundary.io/shadow';

/** Suffix of keys and files with fingerprints of documents. */
export const FINGERPRINTS_ENDING = '.fingerprints';

/** A file holds a policy document, or the manifest of a ConfigMap with one under `policy.yaml`. */
export function findPolicy(text: string, source: string): Found | readonly Problem[] {
  const plain: Found = {
    text,
    origin: { source, lines: 0, columns: 0 },
    name: null,
    shadow: null,
    fingerprints: new Map(),
  };
  const read = readYaml(text, plain.origin);
  if (!('value' in read)) return read;
  const manifest = read.value;
  if (!isRecord(manifest) || !('kind' in manifest || 'apiVersion' in manifest)) return plain;
  const problem = (path: string[], message: string): readonly Problem[] => [
    read.problem(path, path.join('.'), message, 'value'),
  ];
  if (manifest['kind'] !== 'ConfigMap')
    return problem(['kind'], 'expected ConfigMap, or a policy document without kind and apiVersion');
  const node = read.document.getIn(['data', POLICY_KEY], true);
  if (!isScalar(node) || typeof node.value !== 'string') {
    return problem(['data'], `expected the policy document as text under the key ${POLICY_KEY}`);
  }
  const metadata = isRecord(manifest['metadata']) ? manifest['metadata'] : {};
  const name = typeof metadata['name'] === 'string' ? metadata['name'] : null;
  const annotations = isRecord(metadata['annotations']) ? metadata['annotations'] : {};
  const shadow = annotations[SHADOW_ANNOTATION];
  return {
    text: node.value,
    origin: originOf(text, source, node),
    name,
    shadow: typeof shadow === 'string' ? shadow : null,
    fingerprints: fingerprintsIn(manifest['data']),
  };
}

function fingerprintsIn(data: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of isRecord(data) ? Object.entries(data) : []) {
    if (key.endsWith(FINGERPRINTS_ENDING) && typeof value === 'string')
      found.set(key.slice(0, -FINGERPRINTS_ENDING.length), value);
  }
  return found;
}

/** Positions in block text are mapped to those in the file; other styles have positions within the text of the key. */
function originOf(text: string, source: string, node: Scalar): Origin {
  const start = node.range?.[0];
  if (node.type !== 'BLOCK_LITERAL' || start === undefined)
    return { source: `${source} data["${POLICY_KEY}"]`, lines: 0, columns: 0 };
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) counter.addNewLine(at + 1);
  const body = text.slice(text.indexOf('\n', start) + 1);
  const indent = /^(?:[ \t]*\r?\n)*( *)/.exec(body)?.[1]?.length ?? 0;
  return { source, lines: counter.linePos(start).line, columns: indent };
}
