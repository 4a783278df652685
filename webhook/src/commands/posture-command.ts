import { EXIT_NO, EXIT_OK, parseFlags } from '@llm-boundary/sidecar/flags';

import { connect } from '../kube/connection.ts';
import { posture } from '../posture/posture.ts';
import { isSilent, silenceText } from '../posture/silent.ts';
import { postureTable } from '../posture/table.ts';
import { CLUSTER_FLAGS } from './cluster-flags.ts';

export const POSTURE_SPEC = {
  command: 'llm-boundary-webhook posture',
  describe:
    'Lists the pods that are or look like LLM workloads: whether they have a boundary, which controls are missing or left open, and whether the boundary is needed or infrastructure controls suffice, by the four conditions as each sidecar measured them (a guess from the manifest without a sidecar); and, with the anchor installed, the pods without a recent head of their audit log. Exit 3 when a workload has a gap, a pod is silent, or the anchor is unreachable. Reads the cluster of KUBECONFIG or of the service account, with the right to list namespaces, pods and ConfigMaps, or with --namespace those of that namespace only and the ConfigMaps of the system namespace; the sidecars are asked with the right to get pods/proxy, the anchor with that to get services/proxy. A missing right is named with the command that shows it.',
  flags: [
    {
      name: 'namespace',
      short: 'n',
      env: 'LLM_BOUNDARY_POSTURE_NAMESPACE',
      kind: 'label',
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

/** @returns the exit status @throws KubeError, MissingRights */
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
  const { flags } = parsed;
  const rest = connect(flags.context);
  const systemNamespace = flags['system-namespace'] ?? 'llm-boundary';
  const only = flags['all-namespaces'] ? null : flags.namespace;
  const get = (path: string): Promise<unknown> => rest.send({ method: 'GET', path });
  const { workloads, silence, notes } = await posture(get, { systemNamespace, only });
  output.out(
    flags.output === 'json'
      ? `${JSON.stringify({ workloads, silence, notes }, null, 2)}\n`
      : [postureTable(workloads), silenceText(silence), ...notes.map((note) => `${note}\n`)].join(''),
  );
  return workloads.some(({ gaps }) => gaps.length > 0) || isSilent(silence) ? EXIT_NO : EXIT_OK;
}
