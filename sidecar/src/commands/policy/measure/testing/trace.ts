import type { Traffic } from '../../../../pipeline/replay/replay.ts';

type Args = Readonly<Record<string, unknown>>;

/** A call of the model, and what the tool returned. */
export type Step = readonly [tool: string, args: Args, result: string];

/** A conversation up to the call that is judged. */
export interface Trace {
  readonly asked: string;
  readonly steps: readonly Step[];
  readonly call: readonly [tool: string, args: Args];
}

const SYSTEM = 'You are a helpful assistant with tools.';

/** The same conversation in a protocol of models, in turns: `index` chooses. */
export function trafficOf(trace: Trace, index: number): Traffic {
  const forms = [chat, messages, responses, streamed] as const;
  const form = forms[index % forms.length] ?? chat;
  // A caller of its own, so that no trace is linked to another.
  const identity = {
    ...({ via: 'jwt', issuer: '', groups: null, claims: {}, actor: null } as const),
    subject: `trace ${index}`,
  };
  return { method: 'POST', identity, ...form(trace) };
}

type Body = Pick<Traffic, 'path' | 'request' | 'response'>;

function chat({ asked, steps, call }: Trace): Body {
  return {
    path: '/v1/chat/completions',
    request: { model: 'm', messages: chatMessages(asked, steps) },
    response: {
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: null, tool_calls: [called('now', ...call)] },
          finish_reason: 'tool_calls',
        },
      ],
    },
  };
}

function streamed({ asked, steps, call }: Trace): Body {
  const delta = { role: 'assistant', tool_calls: [{ index: 0, ...called('now', ...call) }] };
  const chunk = { choices: [{ index: 0, delta, finish_reason: 'tool_calls' }] };
  return {
    path: '/v1/chat/completions',
    request: { model: 'm', stream: true, messages: chatMessages(asked, steps) },
    response: `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`,
  };
}

function chatMessages(asked: string, steps: readonly Step[]): readonly object[] {
  return [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: asked },
    ...steps.flatMap(([tool, args, content], at) => [
      { role: 'assistant', content: null, tool_calls: [called(`c${at}`, tool, args)] },
      { role: 'tool', tool_call_id: `c${at}`, content },
    ]),
  ];
}

function called(id: string, name: string, args: Args): object {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(args) } };
}

function messages({ asked, steps, call: [name, input] }: Trace): Body {
  const history = steps.flatMap(([tool, args, content], at) => [
    { role: 'assistant', content: [{ type: 'tool_use', id: `c${at}`, name: tool, input: args }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: `c${at}`, content }] },
  ]);
  return {
    path: '/v1/messages',
    request: {
      ...{ model: 'm', max_tokens: 100, system: SYSTEM },
      messages: [{ role: 'user', content: asked }, ...history],
    },
    response: {
      ...{ id: 'x', type: 'message', role: 'assistant', model: 'm' },
      content: [{ type: 'tool_use', id: 'now', name, input }],
      ...{ stop_reason: 'tool_use', usage: { input_tokens: 1, output_tokens: 1 } },
    },
  };
}

function responses({ asked, steps, call: [name, args] }: Trace): Body {
  const history = steps.flatMap(([tool, given, output], at) => [
    { type: 'function_call', call_id: `c${at}`, name: tool, arguments: JSON.stringify(given) },
    { type: 'function_call_output', call_id: `c${at}`, output },
  ]);
  return {
    path: '/v1/responses',
    request: {
      ...{ model: 'm', instructions: SYSTEM, store: false },
      input: [{ role: 'user', content: asked }, ...history],
    },
    response: {
      ...{ id: 'x', object: 'response', status: 'completed', model: 'm' },
      output: [{ type: 'function_call', call_id: 'now', name, arguments: JSON.stringify(args) }],
    },
  };
}
