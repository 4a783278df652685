import { EXIT_NO, EXIT_OK, parseFlags, UsageError } from '@llm-boundary/sidecar/flags';
import { parseAllDocuments, stringify } from 'yaml';

import { INJECT_FLAGS, injectConfig } from './inject-flags.ts';
import { documents, namespacesFromFiles, namespacesIn, policiesFromFiles, textOf } from './policy-files.ts';
import { refusalText } from '../inject/index.ts';
import { injectDocument, type OfflineDeps, type OfflineResult, type Outcome } from './manifest/manifest.ts';

export const INJECT_SPEC = {
  command: 'llm-boundary-webhook inject',
  describe:
    'Injects a manifest offline, with the code of the webhook. Reads Pods and workloads (those of Kubernetes, Rollout, LeaderWorkerSet, JobSet, KubeRay and others with pod templates) and writes the same documents. Exit 3 when one of them is refused.',
  flags: [
    {
      name: 'file',
      short: 'f',
      env: 'LLM_BOUNDARY_FILE',
      kind: 'text',
      value: 'FILE',
      required: true,
      describe: 'The manifest. "-" reads standard input.',
    },
    {
      name: 'policy',
      env: 'LLM_BOUNDARY_POLICY',
      kind: 'text',
      value: 'NAME=FILE',
      repeatable: true,
      describe:
        'A policy: a document, or the manifest of its ConfigMap. "floor" is the floor; NAMESPACE/NAME=FILE stands in a workload’s namespace. Default: the embedded policy "default".',
    },
    {
      name: 'namespace',
      env: 'LLM_BOUNDARY_NAMESPACE_FILE',
      kind: 'text',
      value: 'FILE',
      repeatable: true,
      describe:
        'Namespace objects, for their labels; those in the manifest itself count too. Default: every namespace is labelled for injection.',
    },
    {
      name: 'patch',
      env: 'LLM_BOUNDARY_PATCH',
      kind: 'switch',
      describe: 'Prints the JSON Patch (RFC 6902) of each document instead.',
    },
    ...INJECT_FLAGS,
  ],
} as const;

/** Output of the command. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

interface Rendered {
  readonly text: string;
  readonly results: readonly OfflineResult[];
}

function renderAll(content: string, file: string, deps: OfflineDeps): readonly Rendered[] {
  return parseAllDocuments(content).flatMap((document): readonly Rendered[] => {
    const [fault] = document.errors;
    if (fault !== undefined) throw new UsageError(`--file ${JSON.stringify(file)}: ${fault.message}`);
    const value = document.toJS() as unknown;
    if (value === null) return [];
    const results = injectDocument(value, deps);
    const changed = results.some(({ patch }) => patch.length > 0);
    // Unchanged documents keep their comments and their layout.
    if (!changed) return [{ text: document.toString({ lineWidth: 0, directives: false }), results }];
    const options = { lineWidth: 0, aliasDuplicateObjects: false };
    return [{ text: results.map((result) => stringify(result.document, options)).join('---\n'), results }];
  });
}

function reportOutcome(name: string, { injection }: Outcome, { err }: Output): boolean {
  switch (injection.kind) {
    case 'skip':
      err(`${name}: skipped (${injection.reason})\n`);
      return true;
    case 'not_understood':
      err(`${name}: unchanged, because only its controller knows its pods; they are injected at creation\n`);
      return true;
    case 'refused':
      err(`${name}: ${refusalText(injection)}\n`);
      if (injection.code === 'policy_unknown')
        err(`${name}: inject reads no cluster: give it the policy with --policy NAME=FILE\n`);
      return false;
    case 'injected':
      for (const warning of injection.warnings) err(`${name}: ${warning}\n`);
      return true;
  }
}

/** False: a pod of it would be refused. */
function report({ name, outcomes, hints }: OfflineResult, output: Output): boolean {
  for (const hint of hints) output.err(`${name}: llm-boundary: ${hint}\n`);
  return outcomes
    .map((outcome) => reportOutcome(outcomes.length === 1 ? name : `${name} ${outcome.at}`, outcome, output))
    .every((allowed) => allowed);
}

/** @returns the exit status @throws UsageError */
export function injectCommand(argv: readonly string[], env: NodeJS.ProcessEnv, output: Output): number {
  const parsed = parseFlags(INJECT_SPEC, argv, env);
  if (parsed.kind === 'help') {
    output.out(parsed.text);
    return EXIT_OK;
  }
  const { flags } = parsed;
  const systemNamespace = 'llm-boundary';
  const content = textOf('--file', flags.file, flags.file === '-' ? 0 : flags.file);
  const deps: OfflineDeps = {
    namespaces: new Map([
      ...namespacesFromFiles('--namespace', flags.namespace),
      ...namespacesIn(documents('--file', flags.file, content)),
    ]),
    policies: policiesFromFiles(flags.policy, systemNamespace).lookup,
    config: injectConfig(flags, systemNamespace),
  };
  const rendered = renderAll(content, flags.file, deps);
  const allowed = rendered.flatMap(({ results }) => results).map((result) => report(result, output));
  if (allowed.includes(false)) return EXIT_NO;
  if (flags.patch) {
    const patches = rendered
      .flatMap(({ results }) => results)
      .filter(({ outcomes }) => outcomes.length > 0)
      .map(({ name, patch }) => ({ name, patch }));
    output.out(`${JSON.stringify(patches.length === 1 ? patches[0]?.patch : patches, null, 2)}\n`);
  } else {
    output.out(rendered.map(({ text }) => text).join('---\n'));
  }
  return EXIT_OK;
}
