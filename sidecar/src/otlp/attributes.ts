import type { Decision, DialectId } from '../exchange/index.ts';
import type { SpanAttributes } from './definitions.ts';

/** What an outsider can choose is exported if it is a name: nothing longer, and nothing with spaces. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}$/;
const MAX_RULES = 16;

function plain(name: string | null | undefined): string | undefined {
  return name !== null && name !== undefined && PLAIN.test(name) ? name : undefined;
}

/** `gen_ai.operation.name` and the flavour of the wire protocol, `gen_ai.provider.name`. Null: no model is asked. */
const MODELS: Readonly<Record<DialectId, readonly [operation: string, provider: string] | null>> = {
  'openai-chat': ['chat', 'openai'],
  'openai-completions': ['text_completion', 'openai'],
  'openai-responses': ['chat', 'openai'],
  'openai-embeddings': ['embeddings', 'openai'],
  'openai-speech': ['speech', 'openai'],
  'openai-transcriptions': ['transcription', 'openai'],
  'anthropic-messages': ['chat', 'anthropic'],
  'ollama-chat': ['chat', 'ollama'],
  'ollama-generate': ['text_completion', 'ollama'],
  'ollama-embed': ['embeddings', 'ollama'],
  'ollama-show': null,
  gemini: ['generate_content', 'gcp.gen_ai'],
  generate: ['text_completion', 'huggingface'],
  llamacpp: ['text_completion', 'llamacpp'],
  triton: ['text_completion', 'triton'],
  kserve: ['text_completion', 'kserve'],
  texts: null,
  mcp: null,
};

/** Name and attributes of the call of the upstream, by the decision that allowed it. */
export function callOf({ dialect, method, model, mcp, tools }: Decision): {
  readonly name: string;
  readonly attributes: SpanAttributes;
} {
  if (mcp !== undefined) return mcpCall(mcp, tools);
  const asked = dialect === 'opaque' ? null : MODELS[dialect];
  if (asked === null) return { name: httpMethod(method), attributes: {} };
  const [operation, provider] = asked;
  const name = plain(model);
  return {
    name: name === undefined ? operation : `${operation} ${name}`,
    attributes: {
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': name,
    },
  };
}

function mcpCall(
  { methods, version }: NonNullable<Decision['mcp']>,
  tools: readonly string[],
): { readonly name: string; readonly attributes: SpanAttributes } {
  // A batch has no span for each of its messages.
  const method = methods.length === 1 ? methods[0] : undefined;
  const isCall = method === 'tools/call';
  const tool = isCall && tools.length === 1 ? plain(tools[0]) : undefined;
  return {
    name: [method ?? 'mcp', tool].filter((part) => part !== undefined).join(' '),
    attributes: {
      'mcp.method.name': method,
      'mcp.protocol.version': plain(version),
      'gen_ai.operation.name': isCall ? 'execute_tool' : undefined,
      'gen_ai.tool.name': tool,
      'network.protocol.name': 'http',
      'network.transport': 'tcp',
    },
  };
}

/** What a reply says of itself. */
export function replyAttributes({ usage, served }: Decision): SpanAttributes {
  return {
    'gen_ai.response.model': plain(served?.model),
    'gen_ai.usage.input_tokens': usage?.inputTokens ?? undefined,
    'gen_ai.usage.output_tokens': usage?.outputTokens ?? undefined,
  };
}

/** What a control decided, and by which rules. */
export function verdictAttributes({ verdict, code, hits, policy }: Decision): SpanAttributes {
  const rules = [...new Set(hits.map(({ rule }) => plain(rule)).filter((rule) => rule !== undefined))];
  return {
    'llm_boundary.verdict': verdict,
    'llm_boundary.code': code ?? undefined,
    'llm_boundary.rules': rules.length === 0 ? undefined : rules.slice(0, MAX_RULES),
    'llm_boundary.observed': hits.some(({ mode }) => mode === 'observe') ? true : undefined,
    'llm_boundary.policy.name': policy?.name,
    'llm_boundary.policy.sha256': policy?.sha256,
  };
}

const GUARDRAIL = {
  allow: { verdict: 'allow', action: 'allow' },
  pass: { verdict: 'allow', action: 'allow' },
  redact: { verdict: 'modify', action: 'modify' },
  block: { verdict: 'deny', action: 'block' },
} as const satisfies Readonly<Record<Decision['verdict'], object>>;

/** The proposal open-telemetry/semantic-conventions-genai#427, which is not accepted and changes. */
export function guardrailAttributes(
  { kind, verdict, code, hits, policy }: Decision,
  target: 'input' | 'output',
): SpanAttributes {
  const { verdict: type, action } = GUARDRAIL[verdict];
  return {
    'gen_ai.operation.name': 'run_guardrail',
    'gen_ai.guardrail.component.name': `llm-boundary ${kind}`,
    'gen_ai.guardrail.target.type': target,
    'gen_ai.guardrail.verdict.type': type,
    'gen_ai.guardrail.verdict.code': code ?? undefined,
    'gen_ai.guardrail.action.type': action,
    'gen_ai.guardrail.security.policy.id': policy?.name,
    'gen_ai.guardrail.security.policy.rule.id': plain(hits[0]?.rule),
    'gen_ai.guardrail.security.content.modified': verdict === 'redact' ? true : undefined,
  };
}

const METHODS: ReadonlySet<string> = new Set([
  ...['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE'],
]);

/** `_OTHER` as the semantic conventions of HTTP have it. */
export function httpMethod(method: string): string {
  return METHODS.has(method) ? method : '_OTHER';
}

/** `server.address` and `server.port` of an origin; none if it is no URL. */
export function serverAttributes(origin: string): SpanAttributes {
  if (!URL.canParse(origin)) return {};
  const { hostname, port, protocol } = new URL(origin);
  const address = hostname.replace(/^\[|\]$/g, '');
  if (address.length > 253 || !/^[\w.:-]+$/.test(address)) return {};
  return { 'server.address': address, 'server.port': Number(port || (protocol === 'https:' ? 443 : 80)) };
}
