import { readFile } from 'node:fs/promises';

import { EXIT_NO, UsageError, type FlagSpec } from '../flags/flags.ts';
import type { CommandIo } from './command-io.ts';
import { UNKNOWN_WORKLOAD, type Workload } from '../../exchange/index.ts';
import type { BuiltinDetectors } from '../../policy/compile/builtin-detectors.ts';
import { compile } from '../../policy/compile/compile.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { effectivePolicy } from '../../policy/layers/effective.ts';
import type { CompletePolicy } from '../../policy/layers/fill.ts';
import { loadLayers, type LoadedLayers } from '../../policy/files/load.ts';
import { readPolicyFiles, type NamedText, type PolicyFiles } from '../../policy/files/policy-files.ts';
import { PolicyInvalid, reasonOf } from '../../policy/kinds/problem.ts';
import { workloadIn } from './workload-file.ts';

/** Flags of every command that judges with a policy. */
export const LAYER_FLAGS = [
  {
    name: 'floor',
    env: 'LLM_BOUNDARY_FLOOR',
    kind: 'text',
    value: 'FILE',
    describe:
      'The cluster’s floor, which the policy cannot loosen. Default: floor.yaml of the folder, else none.',
  },
  {
    name: 'namespace-policy',
    env: 'LLM_BOUNDARY_NAMESPACE_POLICY',
    kind: 'text',
    value: 'FILE',
    describe: 'The policy of the namespace. Default: namespace.yaml of the folder, else none.',
  },
] as const satisfies readonly FlagSpec[];

export const POLICY_OPERAND = {
  name: 'FILE',
  required: true,
  describe:
    'A policy document, the manifest of a ConfigMap with one, or the folder that such a ConfigMap is mounted on.',
} as const;

interface LayerFlags {
  readonly floor: string | null;
  readonly 'namespace-policy': string | null;
  /** Absent: the command judges no traffic. */
  readonly workload?: string | null;
}

/** The policy of the command line, parsed and met. */
export interface GivenPolicy {
  readonly loaded: LoadedLayers;
  readonly effective: CompletePolicy;
  readonly name: string;
  readonly fingerprints: ReadonlyMap<string, string>;
  readonly workload: Workload;
}

/** The embedded default, for a workload of which nothing is known. */
export const DEFAULT_POLICY: GivenPolicy = {
  loaded: { layers: {}, name: null, shadow: null, fingerprints: new Map(), warnings: [] },
  effective: effectivePolicy({}),
  name: 'default',
  fingerprints: new Map(),
  workload: UNKNOWN_WORKLOAD,
};

/** Reads the files of the operand and of the layer flags. @throws PolicyInvalid for an invalid policy, UsageError for missing files. */
export async function readGivenPolicy(path: string, flags: LayerFlags): Promise<GivenPolicy> {
  const files = await readPolicyFiles(path);
  return givenIn(files, { path, of: files.workload }, flags);
}

/** The shadow beside the policy of a folder; null where there is none. @throws PolicyInvalid, UsageError as {@link readGivenPolicy} */
export async function readGivenShadow(path: string, flags: LayerFlags): Promise<GivenPolicy | null> {
  const files = await readPolicyFiles(path);
  const { shadow } = files;
  if (shadow instanceof PolicyInvalid) throw shadow;
  return shadow === null ? null : givenIn(files, { path, of: shadow }, flags);
}

/**
 * The policies of a text, which may have several YAML documents: those that are policies or ConfigMaps with one. Places are those of
 * the text. @throws PolicyInvalid
 */
export async function readPoliciesIn(
  { source, text }: NamedText,
  files: Pick<PolicyFiles, 'name' | 'fingerprints'>,
  flags: LayerFlags,
): Promise<readonly GivenPolicy[]> {
  const documents = documentsIn(text);
  const chosen = documents.length === 1 ? documents : documents.filter(isPolicy);
  if (chosen.length === 0)
    throw new PolicyInvalid([
      {
        ...{ source, line: null, column: null, path: '' },
        message: `none of its ${documents.length} documents is a policy, or a ConfigMap with policy.yaml`,
      },
    ]);
  const alone = { ...files, floor: null, namespace: null };
  return Promise.all(
    chosen.map((each) => givenIn(alone, { path: source, of: { source, text: each } }, flags)),
  );
}

/** The YAML documents of a text, each with empty lines in place of what stands before it. */
export function documentsIn(text: string): readonly string[] {
  const lines = text.split('\n');
  const starts = [0, ...lines.flatMap((line, at) => (/^---(\s|$)/.test(line) ? [at + 1] : []))];
  const documents = starts.map((start, at) => {
    const end = (starts[at + 1] ?? lines.length + 1) - 1;
    return { start, body: lines.slice(start, end).join('\n') };
  });
  const written = documents.filter(({ body }) => /^\s*[^\s#]/m.test(body));
  return written.length < 2 ? [text] : written.map(({ start, body }) => '\n'.repeat(start) + body);
}

function isPolicy(document: string): boolean {
  return /^kind:\s*ConfigMap\b/m.test(document)
    ? /^ +['"]?policy\.yaml['"]?:/m.test(document)
    : !/^(kind|apiVersion):/m.test(document);
}

async function givenIn(
  files: Pick<PolicyFiles, 'floor' | 'namespace' | 'name' | 'fingerprints'>,
  { path, of }: { readonly path: string; readonly of: NamedText },
  flags: LayerFlags,
): Promise<GivenPolicy> {
  const { workload: described = null } = flags;
  const floor = await readLayer('--floor', flags.floor);
  const namespace = await readLayer('--namespace-policy', flags['namespace-policy']);
  const workload = {
    ...of,
    source: path.endsWith(of.source) ? path : `${path}/${of.source}`,
  };
  const loaded = loadLayers({
    workload,
    floor: floor ?? files.floor,
    namespace: namespace ?? files.namespace,
  });
  return {
    loaded,
    effective: effectivePolicy(loaded.layers),
    name: loaded.name ?? files.name,
    fingerprints: new Map([...loaded.fingerprints, ...files.fingerprints]),
    workload:
      described === null
        ? UNKNOWN_WORKLOAD
        : workloadIn(await readArgument('--workload', described), described),
  };
}

async function readLayer(flag: string, path: string | null): Promise<NamedText | null> {
  return path === null ? null : { source: path, text: await readArgument(flag, path) };
}

/** @throws UsageError naming flag and file. */
export async function readArgument(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${flag} ${JSON.stringify(path)}: cannot be read: ${reasonOf(error)}; expected a file`,
    );
  }
}

/**
 * @param detectors default: as for scanning. `JUDGING` spares a command that scans nothing the time to build them.
 * @throws PolicyInvalid with every place named by the file that was given.
 */
export function compileGiven(
  { effective, name, fingerprints, workload }: GivenPolicy,
  detectors?: BuiltinDetectors,
): CompiledPolicy {
  const options = { name, generation: 1, loadedAtMs: Date.now(), fingerprints, workload };
  return compile(effective, detectors === undefined ? options : { ...options, detectors });
}

/** Runs `work`; an invalid policy is printed, one problem a line, and ends the command with `EXIT_NO`. */
export async function orProblems(stderr: CommandIo['stderr'], work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PolicyInvalid)) throw error;
    const count = error.problems.length;
    stderr.write(`${error.message}\n${count} ${count === 1 ? 'problem' : 'problems'}\n`);
    return EXIT_NO;
  }
}
