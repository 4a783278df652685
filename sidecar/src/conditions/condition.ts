/**
 * The four conditions under which the isolation of Kubernetes is enough for an LLM workload, each with the closed set of reasons for which an
 * exchange does not meet it. They are measured from traffic, and are not the four controls.
 */
export const CONDITIONS = {
  /** Stateless and isolated. */
  stateless: ['history', 'stored', 'reference', 'memory_tool', 'retrieval', 'embedding', 'data_store'],
  /** No access to tools. */
  no_tools: ['tool_offered', 'tool_called', 'tool_result', 'mcp'],
  /** Nothing sensitive in the context. */
  no_sensitive_context: ['personal_data', 'secret', 'document', 'private_data'],
  /** No effect outside. */
  no_external_effect: ['outbound', 'acting_tool', 'provider_tool'],
} as const;

export type Condition = keyof typeof CONDITIONS;
export type Reason = (typeof CONDITIONS)[Condition][number];

export const CONDITION_NAMES: readonly Condition[] = [
  'stateless',
  'no_tools',
  'no_sensitive_context',
  'no_external_effect',
];

/** Why a condition could not be judged of an exchange that passed, with the conditions concerned. */
export const BLINDNESS = {
  /** It passed without being read. */
  unread: ['stateless', 'no_tools', 'no_sensitive_context'],
  /** It has a part that no text detector can read. */
  media: ['no_sensitive_context'],
  /** Personal data or credentials are not looked for in requests or in replies. */
  detectors_off: ['no_sensitive_context'],
  /** `entities` leaves out kinds of personal data in requests or in replies. */
  detectors_narrowed: ['no_sensitive_context'],
  /** It has members that no dialect knows: they may offer tools, bring documents, or refer to something stored. */
  unknown_members: ['stateless', 'no_tools', 'no_sensitive_context', 'no_external_effect'],
  /** It has a cookie, or the name of a session in its head, under which a server may keep state. */
  session: ['stateless'],
  /** Tools of the client are offered or called of which neither the policy nor their names say what they do. */
  tools_unknown: ['stateless', 'no_external_effect'],
  /** Connections that a container dials past the sidecar are not seen. */
  outbound_not_captured: ['no_external_effect'],
} as const satisfies Readonly<Record<string, readonly Condition[]>>;

export type Blindness = keyof typeof BLINDNESS;

const OF_REASON = new Map<Reason, Condition>(
  CONDITION_NAMES.flatMap((condition) => CONDITIONS[condition].map((reason) => [reason, condition] as const)),
);

/** The condition that `reason` belongs to. */
export function conditionOf(reason: Reason): Condition {
  const condition = OF_REASON.get(reason);
  if (condition === undefined) throw new Error(`no condition has the reason ${reason}`);
  return condition;
}
