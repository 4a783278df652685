/** Spans that an attribute can be on. */
type On = 'exchange' | 'control' | 'audit' | 'call' | 'call of MCP';

interface AttributeDefinition {
  readonly on: readonly On[];
  /** For the reference. */
  readonly help: string;
}

/** Every attribute of spans. Names of OpenTelemetry where it has one, else `llm_boundary.…`. */
export const ATTRIBUTES = {
  'llm_boundary.exchange': {
    on: ['exchange'],
    help: 'The ID of the header `llm-boundary-decision`, of the record and of the console.',
  },
  'llm_boundary.direction': { on: ['exchange'], help: 'As in metrics.' },
  'llm_boundary.dialect': { on: ['exchange'], help: 'As in metrics.' },
  'llm_boundary.verdict': {
    on: ['exchange', 'control'],
    help: '`allow`, `redact`, `block`, `pass`; of an exchange, the strictest.',
  },
  'llm_boundary.code': { on: ['exchange', 'control'], help: 'The [refusal](refusals.md).' },
  'llm_boundary.rules': { on: ['exchange', 'control'], help: 'Rules that matched, at most 16.' },
  'llm_boundary.observed': {
    on: ['exchange', 'control'],
    help: '`true` if one of them is only observed.',
  },
  'llm_boundary.policy.name': { on: ['exchange', 'control'], help: 'The policy that decided.' },
  'llm_boundary.policy.sha256': { on: ['exchange', 'control'], help: 'The hash of its canonical form.' },
  'llm_boundary.outcome': {
    on: ['exchange'],
    help: '`completed`, `refused`, `client_aborted`, `upstream_failed`.',
  },
  'llm_boundary.overhead': { on: ['exchange'], help: 'Seconds of the boundary itself.' },
  'http.request.method': { on: ['exchange'], help: "Of the client's request; `_OTHER` for unknown ones." },
  'http.response.status_code': { on: ['exchange'], help: 'What the client got.' },
  'error.type': {
    on: ['exchange', 'call', 'audit'],
    help: 'With the status `Error`: the code of a refusal, `refused`, `upstream_failed`, the status of the server, `audit_unavailable`.',
  },
  'gen_ai.operation.name': {
    on: ['call', 'call of MCP', 'control'],
    help: '`chat`, `text_completion`, `embeddings` and so on; `execute_tool` for a call of an MCP tool. On controls `run_guardrail`, of the proposal below.',
  },
  'gen_ai.provider.name': {
    on: ['call'],
    help: 'The flavour of the wire protocol: `openai` for vLLM too.',
  },
  'gen_ai.request.model': { on: ['call'], help: 'The model that was asked for.' },
  'gen_ai.response.model': { on: ['call'], help: 'As the server reports it.' },
  'gen_ai.usage.input_tokens': { on: ['call'], help: 'As the server reports them.' },
  'gen_ai.usage.output_tokens': { on: ['call'], help: 'As the server reports them.' },
  'gen_ai.response.time_to_first_chunk': {
    on: ['call'],
    help: 'Seconds from sending the request to the first released byte.',
  },
  'mcp.method.name': { on: ['call of MCP'], help: 'Absent for a batch.' },
  'mcp.protocol.version': { on: ['call of MCP'], help: 'The revision of the protocol.' },
  'gen_ai.tool.name': { on: ['call of MCP'], help: 'The tool that is called.' },
  'network.protocol.name': { on: ['call of MCP'], help: '`http`.' },
  'network.transport': { on: ['call of MCP'], help: '`tcp`.' },
  'server.address': { on: ['call', 'call of MCP'], help: 'The model server, or the host outside.' },
  'server.port': { on: ['call', 'call of MCP'], help: 'Its port.' },
  'http.request.resend_count': { on: ['call', 'call of MCP'], help: 'From the second request on.' },
} as const satisfies Readonly<Record<string, AttributeDefinition>>;

/** Those that `--otel-guardrails` adds to the spans of controls. */
export const GUARDRAIL_ATTRIBUTES = {
  'gen_ai.guardrail.component.name': '`llm-boundary` and the control.',
  'gen_ai.guardrail.target.type': '`input` (a request), `output` (a reply).',
  'gen_ai.guardrail.verdict.type': '`allow`, `modify`, `deny`.',
  'gen_ai.guardrail.verdict.code': 'The [refusal](refusals.md).',
  'gen_ai.guardrail.action.type': '`allow`, `modify`, `block`.',
  'gen_ai.guardrail.security.policy.id': 'Name of the policy.',
  'gen_ai.guardrail.security.policy.rule.id': 'The first rule that matched.',
  'gen_ai.guardrail.security.content.modified': '`true` for what was redacted.',
} as const satisfies Readonly<Record<string, string>>;

type AttributeName = keyof typeof ATTRIBUTES | keyof typeof GUARDRAIL_ATTRIBUTES;

/** Attributes of a span; those that are undefined are left out. */
export type SpanAttributes = Readonly<
  Partial<Record<AttributeName, string | number | boolean | string[] | undefined>>
>;
