import { EXIT_NO, EXIT_OK, parseFlags } from '@llm-boundary/sidecar/flags';

import { DEFAULT_CONFIG } from '../inject/index.ts';
import { assess } from '../posture/assess.ts';
import { conditionsOf } from '../posture/conditions.ts';
import { askForSilence, isSilent, silenceText } from '../posture/silent.ts';
import { postureTable } from '../posture/table.ts';
import { ClusterState, connect } from '../kube/cluster.ts';
import { CLUSTER_FLAGS } from './cluster-flags.ts';

const SYNC_MS = 30_000;

export const POSTURE_SPEC = {
  command: 'llm-boundary-webhook posture',
  describe:
    'Lists the pods that are or look like LLM workloads: whether they have a boundary, which controls are missing or left open, and whether the boundary is needed or infrastructure controls suffice, by the four conditions as each sidecar measured them (a guess from the manifest without a sidecar); and, with the anchor installed, the pods without a recent head of their audit log. Exit 3 when a workload has a gap, a pod is silent, or the anchor is unreachable. Reads the cluster of KUBECONFIG or of the service account; the sidecars are asked with the right to get pods/proxy.',
  flags: [
    {
      name: 'namespace',
      short: 'n',
      env: 'LLM_BOUNDARY_POSTURE_NAMESPACE',
      kind: 'text',
      value: 'NAME',
      describe: 'Only the pods of this namespace. Default: all namespaces.',
    },
    {
      name: 'all-namespaces',
      short: 'A',
      env: 'LLM_BOUNDARY_ALL_NAMESPACES',
      kind: 'switch',
      describe: 'All namespaces, whatever --namespace says.',
    },
    ...CLUSTER_FLAGS,
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
  const parsed = parseFlags(POSTURE_SPEC, argv, env);
  if (parsed.kind === 'help') {
    output.out(parsed.text);
    return EXIT_OK;
  }
  let failure: unknown = null;
  const { flags } = parsed;
  const rest = connect(flags.context);
  const namespace = flags['system-namespace'] ?? 'llm-boundary';
  const only = flags['all-namespaces'] ? null : flags.namespace;
  const send = (path: string): Promise<unknown> => rest.send({ method: 'GET', path });
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
    const pods = state
      .pods()
      .filter(({ pod }) => only === null || pod.metadata?.namespace === only)
      .flatMap(({ pod, phase }) => {
        const finding = assess(pod, phase, deps);
        return finding === null ? [] : [{ pod, finding }];
      });
    const conditions = await conditionsOf(pods, send);
    const workloads = pods.flatMap(({ finding }, index) => {
      const measured = conditions[index];
      return measured === undefined ? [] : [{ ...finding, conditions: measured }];
    });
    const silence = await askForSilence(namespace, send);
    output.out(
      flags.output === 'json'
        ? `${JSON.stringify({ workloads, silence }, null, 2)}\n`
        : `${postureTable(workloads)}${silenceText(silence)}`,
    );
    return workloads.some(({ gaps }) => gaps.length > 0) || isSilent(silence) ? EXIT_NO : EXIT_OK;
  } finally {
    await state.stop();
  }
}
