import { EXIT_NO, EXIT_OK, parseFlags } from '@llm-boundary/sidecar/flags';

import { DEFAULT_CONFIG } from '../inject/index.ts';
import { assess } from '../posture/assess.ts';
import { askForSilence, isSilent, silenceText } from '../posture/silent.ts';
import { postureTable } from '../posture/table.ts';
import { ClusterState, connect } from '../kube/cluster.ts';

const SYNC_MS = 30_000;

const SPEC = {
  command: 'llm-boundary-webhook posture',
  describe:
    'Lists the pods that are or look like LLM workloads, whether they have a boundary, and which of the four conditions they break; and, with the anchor installed, the pods without a recent head of their audit log. Exit 3 when a workload has a gap, a pod is silent, or the anchor is unreachable. Reads the cluster of KUBECONFIG or of the service account.',
  flags: [
    {
      name: 'namespace',
      env: 'LLM_BOUNDARY_NAMESPACE',
      kind: 'text',
      value: 'NAME',
      describe: "The webhook's own namespace, where policies live. Default: llm-boundary.",
    },
    { name: 'json', env: 'LLM_BOUNDARY_JSON', kind: 'switch', describe: 'Prints JSON instead of a table.' },
  ],
} as const;

async function synced(state: ClusterState, failed: () => unknown): Promise<void> {
  const deadline = Date.now() + SYNC_MS;
  while (!state.complete()) {
    const error = failed();
    if (error !== null) throw error instanceof Error ? error : new Error('the cluster cannot be read');
    if (Date.now() > deadline) throw new Error('the cluster did not answer in 30 seconds');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @returns the exit status @throws KubeError */
export async function postureCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  output: { readonly out: (text: string) => void },
): Promise<number> {
  const parsed = parseFlags(SPEC, argv, env);
  if (parsed.kind === 'help') {
    output.out(parsed.text);
    return EXIT_OK;
  }
  let failure: unknown = null;
  const rest = connect();
  const namespace = parsed.flags.namespace ?? 'llm-boundary';
  const state = new ClusterState(
    rest,
    namespace,
    () => undefined,
    (error) => (failure = error),
  );
  state.start();
  try {
    await synced(state, () => failure);
    const deps = {
      namespace: (name: string) => state.namespace(name),
      effective: state.catalogue.effective.bind(state.catalogue),
      systemNamespaces: DEFAULT_CONFIG.systemNamespaces,
    };
    const findings = state.pods().flatMap(({ pod, phase }) => assess(pod, phase, deps) ?? []);
    const silence = await askForSilence(namespace, (path) => rest.send({ method: 'GET', path }));
    output.out(
      parsed.flags.json
        ? `${JSON.stringify({ workloads: findings, silence }, null, 2)}\n`
        : `${postureTable(findings)}${silenceText(silence)}`,
    );
    return findings.some(({ breaks }) => breaks.length > 0) || isSilent(silence) ? EXIT_NO : EXIT_OK;
  } finally {
    await state.stop();
  }
}
