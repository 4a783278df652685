import type { DialectId } from '../exchange/index.ts';

/** What is known of an exchange whose content is not: a row of the console. */
export interface Shape {
  /** A dialect, or `opaque`. */
  readonly dialect: string;
  readonly method: string;
  readonly path: string;
  /** Null: the exchange names none. */
  readonly model: string | null;
  readonly tools: readonly string[];
}

/** The smallest bodies of a shape, with empty texts. */
type Bodies = (shape: Shape & { readonly model: string }) => readonly object[];

const TEXT = '';

/** As OpenAI and Ollama have them. */
function functions({ tools }: Shape): object {
  if (tools.length === 0) return {};
  return { tools: tools.map((name) => ({ type: 'function', function: { name, parameters: {} } })) };
}

function chat(shape: Parameters<Bodies>[0]): readonly object[] {
  return [{ model: shape.model, messages: [{ role: 'user', content: TEXT }], ...functions(shape) }];
}

const BODIES: Readonly<Record<DialectId, Bodies>> = {
  'openai-chat': chat,
  'openai-completions': ({ model }) => [{ model, prompt: TEXT }],
  'openai-responses': ({ model, tools }) => [
    {
      ...{ model, input: TEXT },
      ...(tools.length === 0
        ? {}
        : { tools: tools.map((name) => ({ type: 'function', name, parameters: {} })) }),
    },
  ],
  'openai-embeddings': ({ model }) => [{ model, input: TEXT }],
  'openai-speech': ({ model }) => [{ model, input: TEXT, voice: 'alloy' }],
  // A form, with a recording.
  'openai-transcriptions': () => [],
  'anthropic-messages': ({ model, tools }) => [
    {
      ...{ model, max_tokens: 1, messages: [{ role: 'user', content: TEXT }] },
      ...(tools.length === 0
        ? {}
        : { tools: tools.map((name) => ({ name, input_schema: { type: 'object' } })) }),
    },
  ],
  'ollama-chat': chat,
  'ollama-generate': ({ model }) => [{ model, prompt: TEXT }],
  'ollama-embed': ({ model }) => [{ model, input: TEXT }],
  'ollama-show': ({ model }) => [{ model }],
  gemini: ({ tools }) => [
    {
      contents: [{ role: 'user', parts: [{ text: TEXT }] }],
      ...(tools.length === 0 ? {} : { tools: [{ functionDeclarations: tools.map((name) => ({ name })) }] }),
    },
  ],
  generate: () => [{ inputs: TEXT }],
  llamacpp: ({ path }) => [
    path.endsWith('/infill') ? { input_prefix: TEXT, input_suffix: TEXT } : { prompt: TEXT },
  ],
  triton: () => [{ text_input: TEXT }],
  kserve: ({ path }) => [path.endsWith(':predict') ? { instances: [] } : { inputs: [] }],
  texts: () => [{ inputs: TEXT }],
  // A message calls one tool.
  mcp: ({ tools }) =>
    tools.length === 0
      ? [{ jsonrpc: '2.0', id: 1, method: 'ping' }]
      : tools.map((name) => ({
          ...{ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } },
        })),
};

function isDialect(text: string): text is DialectId {
  return Object.hasOwn(BODIES, text);
}

/**
 * Requests with which a shape can be judged: empty texts, tools without a schema, calls without arguments. Null stands for a request without a
 * body. Empty: none can be written, as of a form with a recording, or of a dialect that is not known here.
 */
export function shapeRequests(shape: Shape): readonly (object | null)[] {
  const { dialect, method, model } = shape;
  if (dialect === 'opaque' || method !== 'POST') return [null];
  return isDialect(dialect) ? BODIES[dialect]({ ...shape, model: model ?? '' }) : [];
}

/** Paths of dialects whose route names the model or the task. */
const PATHS = {
  gemini: '/v1beta/models/gemini-2.5-flash:generateContent',
  triton: '/v2/models/MODEL/generate',
  kserve: '/v2/models/MODEL/infer',
  texts: '/rerank',
} as const;

/** The smallest exchange of each dialect whose bodies are JSON, as a line of traffic, to begin with. */
export function exampleTraffic(): readonly { readonly dialect: string; readonly traffic: object }[] {
  return Object.keys(BODIES)
    .filter(isDialect)
    .flatMap((dialect) => {
      const named = Object.entries(PATHS).find(([name]) => name === dialect)?.[1];
      const place = named === undefined ? { dialect } : { path: named };
      const tools = ['search'];
      const shape = { dialect, method: 'POST', path: named ?? '', model: 'MODEL', tools };
      return BODIES[dialect](shape).map((request) => ({
        dialect,
        traffic: { ...place, ...(dialect === 'mcp' ? { host: 'mcp.example.com' } : {}), request },
      }));
    });
}
