/** Names that some policies give no value. */
type OptionalName =
  | 'caller.subject'
  | 'caller.groups'
  | 'caller.claims'
  | 'caller.issuer'
  | 'caller.actor'
  | 'exchange.private'
  | 'calls.after'
  | 'calls.conversation';

/** Names that never have a value under a policy, and what to add so that they have one. A name that is not here has one. */
export type AbsentNames = Readonly<Partial<Record<OptionalName, string>>>;

const OUTBOUND =
  'callers are verified on the inbound listener only, and the caller of an MCP server is the workload itself';

/** For conditions on outbound calls. */
export const OUTBOUND_NAMES: AbsentNames = {
  'caller.subject': OUTBOUND,
  'caller.groups': OUTBOUND,
  'caller.claims': OUTBOUND,
  'caller.issuer': OUTBOUND,
  'caller.actor': OUTBOUND,
  'exchange.private':
    'what a session of an MCP server returns is not known as private; ask in action.tools, for the conversation with the model',
  'calls.after':
    'a call at an MCP server has no history; ask in action.tools, for the conversation with the model',
  'calls.conversation':
    'a call at an MCP server belongs to no conversation that is known; ask in action.tools, for the conversation with the model',
};
