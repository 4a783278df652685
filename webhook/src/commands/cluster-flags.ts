/** Flags of the commands that look at a cluster, with the names that they have in kubectl. */
export const CLUSTER_FLAGS = [
  {
    name: 'context',
    env: 'LLM_BOUNDARY_CONTEXT',
    kind: 'text',
    value: 'NAME',
    describe: 'Context of the kubeconfig. Default: the current one.',
  },
  {
    name: 'system-namespace',
    env: 'LLM_BOUNDARY_NAMESPACE',
    kind: 'label',
    value: 'NAME',
    describe: "The webhook's own namespace, where policies live. Default: llm-boundary.",
  },
  {
    name: 'output',
    short: 'o',
    env: 'LLM_BOUNDARY_OUTPUT',
    kind: 'enum',
    values: ['table', 'json'],
    describe: 'Default: table.',
  },
] as const;
