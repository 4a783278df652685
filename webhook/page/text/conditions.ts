import type {
  Condition,
  ConditionName,
  ConditionsCell,
  WorkloadRow,
} from '@llm-boundary/webhook/console/api';

/** In the order of `ConditionsCell.states`. */
export const CONDITIONS: readonly { readonly name: ConditionName; readonly text: string }[] = [
  { name: 'stateless', text: 'Stateless, isolated' },
  { name: 'no_tools', text: 'No tools' },
  { name: 'no_sensitive_context', text: 'No sensitive context' },
  { name: 'no_external_effect', text: 'No effect outside' },
];

/** What a sidecar or a manifest says, in few words. Newer sidecars may have further reasons, which are shown as they are. */
const REASONS: Readonly<Record<string, string>> = {
  history: 'earlier turns in requests',
  stored: 'stored by the provider',
  reference: 'refers to stored content',
  memory_tool: 'tools for memory',
  retrieval: 'retrieved documents',
  embedding: 'texts embedded elsewhere',
  data_store: 'database, cache or vector store asked',
  tool_offered: 'tools offered',
  tool_called: 'tools called',
  tool_result: 'results of tools read',
  mcp: 'MCP spoken',
  personal_data: 'personal data',
  secret: 'credentials',
  document: 'protected documents',
  private_data: 'data that the policy calls private',
  outbound: 'connections out of the pod',
  acting_tool: 'tools that act outside',
  provider_tool: 'tools run at the provider',
  unread: 'passed unread',
  media: 'images, audio or files not read',
  detectors_off: 'detectors are off',
  detectors_narrowed: 'kinds of personal data left out',
  unknown_members: 'unknown members in requests',
  session: 'cookies or names of sessions',
  tools_unknown: 'tools whose names say nothing',
  outbound_not_captured: 'connections past the sidecar are possible',
  too_little: 'too little seen yet',
  no_answer: 'a sidecar does not answer',
  keeps_data: 'persistent volume',
  asks_a_store: 'database or vector store',
  asks_a_model: 'key or address of a model elsewhere',
  has_tools: 'set up for tools or MCP',
  reaches_services: 'credentials of other services',
  agent_framework: 'image of an agent framework',
  holds_credentials: 'Secret in its environment',
};

export function reasonText(reason: string): string {
  return REASONS[reason] ?? reason;
}

export function stateText(state: Condition['state']): string {
  switch (state) {
    case 'met':
      return 'met';
    case 'broken':
      return 'not met';
    case 'unknown':
      return 'not known yet';
    default:
      return state satisfies never;
  }
}

export function verdictText({ verdict, source }: Pick<ConditionsCell, 'verdict' | 'source'>): string {
  if (source === 'pending') return 'asking';
  switch (verdict) {
    case 'needed':
      return source === 'manifest' ? 'needed (guess)' : 'needed';
    case 'suffices':
      return 'suffices';
    case 'unknown':
      return 'not known';
    default:
      return verdict satisfies never;
  }
}

/** Where a fleet is to be looked at first; 0 comes first. */
export function urgency(row: WorkloadRow): number {
  const isGuarded = row.boundary === 'yes';
  if (row.boundary === 'missing' || row.anchor === 'silent') return 0;
  if (row.conditions.verdict === 'needed' && !isGuarded) return 1;
  if (row.conditions.verdict === 'needed' && row.mode !== 'enforce') return 2;
  if (row.gaps.length > 0 || row.policy?.problem !== null) return 3;
  return row.conditions.verdict === 'unknown' ? 4 : 5;
}
