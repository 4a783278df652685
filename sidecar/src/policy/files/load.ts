import { parseClusterIssuer } from './cluster-issuer.ts';
import type { Workload } from '../../exchange/index.ts';
import { compile } from '../compile/compile.ts';
import type { CompiledPolicy } from '../compile/compiled.ts';
import { effectivePolicy, type Layers } from '../layers/effective.ts';
import { parsePolicy } from '../document/parse.ts';
import type { NamedText, PolicyFiles } from './policy-files.ts';
import { PolicyInvalid, type Problem } from '../kinds/problem.ts';
import type { PolicyDocument } from '../keys/schema.ts';

/** The layers of a policy, parsed and valid. */
export interface LoadedLayers {
  readonly layers: Layers;
  /** `metadata.name` of the workload's ConfigMap; null where it was not a manifest. */
  readonly name: string | null;
  /** The policy that the workload's ConfigMap names as its shadow; null where it names none. */
  readonly shadow: string | null;
  /** Fingerprint files in manifests, by name. */
  readonly fingerprints: ReadonlyMap<string, string>;
  readonly warnings: readonly Problem[];
}

/** Parses all layers. @throws PolicyInvalid with the problems of all of them. */
export function loadLayers(texts: {
  readonly workload: NamedText;
  readonly floor: NamedText | null;
  readonly namespace: NamedText | null;
}): LoadedLayers {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const fingerprints = new Map<string, string>();
  let name: string | null = null;
  let shadow: string | null = null;
  const parse = (layer: NamedText | null): PolicyDocument | undefined => {
    if (layer === null) return undefined;
    const result = parsePolicy(layer.text, layer.source);
    if (!result.ok) {
      problems.push(...result.problems);
      return undefined;
    }
    warnings.push(...result.warnings);
    for (const [file, text] of result.fingerprints) fingerprints.set(file, text);
    if (layer === texts.workload) ({ name, shadow } = result);
    return result.document;
  };
  const layers = {
    floor: parse(texts.floor),
    namespace: parse(texts.namespace),
    workload: parse(texts.workload),
  };
  if (problems.length > 0) throw new PolicyInvalid(problems);
  return { layers, name, shadow, fingerprints, warnings };
}

/** What a shadow is called in a sidecar, whatever its ConfigMap is called. */
const SHADOW_NAME = 'shadow';

/** Name and generation of a load. */
export interface LoadOptions {
  /** Null: the name in the manifest, else the file's. */
  readonly name: string | null;
  readonly generation: number;
  readonly loadedAtMs: number;
  /** See {@link compile}. */
  readonly inboundPrefixes: readonly string[];
  readonly workload: Workload;
}

/** Parses, meets and compiles the texts of a policy. @throws PolicyInvalid */
export function loadPolicy(files: PolicyFiles, { name, ...options }: LoadOptions): CompiledPolicy {
  const loaded = loadLayers(files);
  return compile(effectivePolicy(loaded.layers), {
    name: name ?? loaded.name ?? files.name,
    ...options,
    fingerprints: new Map([...loaded.fingerprints, ...files.fingerprints]),
    cluster: files.serviceAccounts === null ? null : parseClusterIssuer(files.serviceAccounts),
  });
}

/** The shadow of the files under the same outer layers; null where there is none. @throws PolicyInvalid */
export function loadShadow(files: PolicyFiles, options: Omit<LoadOptions, 'name'>): CompiledPolicy | null {
  const { shadow } = files;
  if (shadow === null) return null;
  if (shadow instanceof PolicyInvalid) throw shadow;
  return loadPolicy({ ...files, workload: shadow }, { ...options, name: SHADOW_NAME });
}
