import type { ServerResponse } from 'node:http';

import { json, sse, startUpstream, type ScriptedUpstream, type Seen } from '../process/upstream.ts';

/** What the server calls where it was offered tools and has no result yet. */
export const TOOL = 'get_weather';
const ARGUMENTS = { city: 'Paris' };
const ANSWER = 'It is sunny in Paris. 🌞';
/** As servers cut text: anywhere. */
const PIECES = ['It is ', 'sun', 'ny in Paris.', ' 🌞'];

interface Asked {
  readonly stream: boolean;
  readonly turn: 'call' | 'answer';
}

/** A model server of four APIs: it calls the tool that it is offered, and answers once it has a result. */
export function startModelServer(): Promise<ScriptedUpstream> {
  return startUpstream((seen, response) => {
    const asked = readAsked(seen);
    if (seen.path.endsWith('/chat/completions')) chat(asked, response);
    else if (seen.path.endsWith('/responses')) responses(asked, response);
    else if (seen.path.endsWith('/messages')) messages(asked, response);
    else if (seen.path.includes('GenerateContent') || seen.path.includes('generateContent'))
      gemini(asked, response);
    else if (seen.path === '/api/chat') ollama(asked, response);
    else response.writeHead(404).end();
  });
}

function readAsked({ body, path }: Seen): Asked {
  const request = JSON.parse(body) as { readonly stream?: boolean; readonly tools?: readonly unknown[] };
  const answered = /"role":"tool"|"function_call_output"|"tool_result"|"functionResponse"/.test(body);
  const offered = (request.tools ?? []).length > 0;
  return {
    // Ollama streams unless it is told not to.
    stream: (request.stream ?? path === '/api/chat') || path.includes('streamGenerateContent'),
    turn: offered && !answered ? 'call' : 'answer',
  };
}

function chat({ stream, turn }: Asked, response: ServerResponse): void {
  const base = { id: 'chatcmpl-1', created: 1, model: 'm' };
  const usage = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 };
  const call = {
    id: 'call_1',
    type: 'function',
    function: { name: TOOL, arguments: JSON.stringify(ARGUMENTS) },
  };
  const finish = turn === 'call' ? 'tool_calls' : 'stop';
  if (!stream) {
    const message = {
      role: 'assistant',
      ...(turn === 'call' ? { content: null, tool_calls: [call] } : { content: ANSWER }),
    };
    json(response, {
      ...base,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: finish }],
      usage,
    });
    return;
  }
  const chunk = (delta: object, finish_reason: string | null = null): { data: object } => ({
    data: { ...base, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] },
  });
  const said =
    turn === 'call'
      ? [
          chunk({
            role: 'assistant',
            content: null,
            tool_calls: [{ index: 0, ...call, function: { name: TOOL, arguments: '' } }],
          }),
          ...['{"ci', 'ty":"Pa', 'ris"}'].map((piece) =>
            chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] }),
          ),
        ]
      : PIECES.map((content, i) => chunk(i === 0 ? { role: 'assistant', content } : { content }));
  sse(response, [
    ...said,
    chunk({}, finish),
    { data: { ...base, object: 'chat.completion.chunk', choices: [], usage } },
    '[DONE]',
  ]);
}

function responses({ stream, turn }: Asked, response: ServerResponse): void {
  const item =
    turn === 'call'
      ? {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'call_1',
          name: TOOL,
          arguments: JSON.stringify(ARGUMENTS),
          status: 'completed',
        }
      : {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: ANSWER, annotations: [], logprobs: [] }],
        };
  const done = {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'm',
    output: [item],
    error: null,
    incomplete_details: null,
    parallel_tool_calls: true,
    usage: {
      input_tokens: 9,
      output_tokens: 5,
      total_tokens: 14,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    },
  };
  if (!stream) {
    json(response, done);
    return;
  }
  let sequence_number = 0;
  const event = (
    value: { readonly type: string } & Record<string, unknown>,
  ): { event: string; data: object } => ({
    event: value.type,
    data: { ...value, sequence_number: sequence_number++ },
  });
  const at = { item_id: item.id, output_index: 0 };
  const part = { type: 'output_text', text: ANSWER, annotations: [], logprobs: [] };
  const begun = {
    ...item,
    status: 'in_progress',
    ...(turn === 'call' ? { arguments: '' } : { content: [] }),
  };
  const inside =
    turn === 'call'
      ? [
          ...['{"ci', 'ty":"Pa', 'ris"}'].map((delta) =>
            event({ type: 'response.function_call_arguments.delta', ...at, delta }),
          ),
          event({
            type: 'response.function_call_arguments.done',
            ...at,
            name: TOOL,
            arguments: JSON.stringify(ARGUMENTS),
          }),
        ]
      : [
          event({
            type: 'response.content_part.added',
            ...at,
            content_index: 0,
            part: { ...part, text: '' },
          }),
          ...PIECES.map((delta) =>
            event({ type: 'response.output_text.delta', ...at, content_index: 0, delta, logprobs: [] }),
          ),
          event({ type: 'response.output_text.done', ...at, content_index: 0, text: ANSWER, logprobs: [] }),
          event({ type: 'response.content_part.done', ...at, content_index: 0, part }),
        ];
  const started = { ...done, status: 'in_progress', output: [], usage: null };
  sse(response, [
    event({ type: 'response.created', response: started }),
    event({ type: 'response.in_progress', response: started }),
    event({ type: 'response.output_item.added', output_index: 0, item: begun }),
    ...inside,
    event({ type: 'response.output_item.done', output_index: 0, item }),
    event({ type: 'response.completed', response: done }),
  ]);
}

function messages({ stream, turn }: Asked, response: ServerResponse): void {
  const block =
    turn === 'call'
      ? { type: 'tool_use', id: 'toolu_1', name: TOOL, input: ARGUMENTS }
      : { type: 'text', text: ANSWER };
  const stop_reason = turn === 'call' ? 'tool_use' : 'end_turn';
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', stop_sequence: null };
  if (!stream) {
    json(response, {
      ...message,
      content: [block],
      stop_reason,
      usage: { input_tokens: 9, output_tokens: 5 },
    });
    return;
  }
  const event = (
    data: { readonly type: string } & Record<string, unknown>,
  ): { event: string; data: object } => ({ event: data.type, data });
  const deltas =
    turn === 'call'
      ? ['', '{"city":', ' "Paris"}'].map((partial_json) => ({ type: 'input_json_delta', partial_json }))
      : PIECES.map((text) => ({ type: 'text_delta', text }));
  sse(response, [
    event({
      type: 'message_start',
      message: { ...message, content: [], stop_reason: null, usage: { input_tokens: 9, output_tokens: 1 } },
    }),
    event({
      type: 'content_block_start',
      index: 0,
      content_block: turn === 'call' ? { ...block, input: {} } : { ...block, text: '' },
    }),
    event({ type: 'ping' }),
    ...deltas.map((delta) => event({ type: 'content_block_delta', index: 0, delta })),
    event({ type: 'content_block_stop', index: 0 }),
    event({
      type: 'message_delta',
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: 5 },
    }),
    event({ type: 'message_stop' }),
  ]);
}

function gemini({ stream, turn }: Asked, response: ServerResponse): void {
  const frame = (part: object, last: boolean): object => ({
    candidates: [
      { index: 0, content: { role: 'model', parts: [part] }, ...(last ? { finishReason: 'STOP' } : {}) },
    ],
    usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 5, totalTokenCount: 14 },
    modelVersion: 'm',
  });
  const call = { functionCall: { name: TOOL, args: ARGUMENTS } };
  if (!stream) json(response, frame(turn === 'call' ? call : { text: ANSWER }, true));
  else if (turn === 'call') sse(response, [{ data: frame(call, true) }]);
  else
    sse(
      response,
      PIECES.map((text, i) => ({ data: frame({ text }, i === PIECES.length - 1) })),
    );
}

function ollama({ stream, turn }: Asked, response: ServerResponse): void {
  const line = (message: object, done: boolean): object => ({
    model: 'm',
    created_at: '2026-01-01T00:00:00Z',
    message: { role: 'assistant', content: '', ...message },
    done,
    ...(done ? { done_reason: 'stop', prompt_eval_count: 9, eval_count: 5 } : {}),
  });
  const call = { tool_calls: [{ function: { name: TOOL, arguments: ARGUMENTS } }] };
  if (!stream) {
    json(response, line(turn === 'call' ? call : { content: ANSWER }, true));
    return;
  }
  const said = turn === 'call' ? [call] : PIECES.map((content) => ({ content }));
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.end(
    [...said.map((message) => line(message, false)), line({}, true)]
      .map((each) => `${JSON.stringify(each)}\n`)
      .join(''),
  );
}
