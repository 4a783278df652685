import OpenAI from 'openai';

import { json, sse, type Script } from '../../process/upstream.ts';
import { GO_ON, pieces, TOOL, type Conversation, type Heard, type Said } from './conversation.ts';

const SCHEMA = { type: 'object', additionalProperties: true };
const PARAMETERS = { type: 'object', properties: {}, additionalProperties: true };

function client(origin: string): OpenAI {
  return new OpenAI({ apiKey: 'test', baseURL: `${origin}/v1`, maxRetries: 0 });
}

function chatServer(said: Said): Script {
  return ({ body }, response) => {
    const call = {
      index: 0,
      id: 'call_1',
      type: 'function',
      function: { name: TOOL, arguments: said.text },
    };
    const finish_reason = said.kind === 'call' ? 'tool_calls' : 'stop';
    const base = { id: 'chatcmpl-1', created: 1, model: 'm' };
    if (!body.includes('"stream":true')) {
      const message = said.kind === 'call' ? { content: null, tool_calls: [call] } : { content: said.text };
      const choices = [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }];
      json(response, { ...base, object: 'chat.completion', choices });
      return;
    }
    const chunk = (delta: object, finish: string | null = null): { data: object } => ({
      data: {
        ...base,
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta, finish_reason: finish }],
      },
    });
    const begun = { ...call, function: { name: TOOL, arguments: '' } };
    const deltas =
      said.kind === 'call'
        ? [
            { role: 'assistant', tool_calls: [begun] },
            ...pieces(said.text).map((text) => ({
              tool_calls: [{ index: 0, function: { arguments: text } }],
            })),
          ]
        : pieces(said.text).map((content) => ({ role: 'assistant', content }));
    sse(response, [...deltas.map((delta) => chunk(delta)), chunk({}, finish_reason), '[DONE]']);
  };
}

export const OPENAI_CHAT: Conversation = {
  name: 'openai, chat completions',
  server: chatServer,
  begin: async (origin, { stream, asJson, text = GO_ON }) => {
    const asked: OpenAI.Chat.ChatCompletionMessageParam[] = [{ role: 'user', content: text }];
    const request = (messages: OpenAI.Chat.ChatCompletionMessageParam[]) => ({
      model: 'm',
      messages,
      tools: [{ type: 'function' as const, function: { name: TOOL, parameters: PARAMETERS } }],
      ...(asJson
        ? {
            response_format: {
              type: 'json_schema' as const,
              json_schema: { name: 'note', schema: SCHEMA },
            },
          }
        : {}),
    });
    const turn = async (messages: OpenAI.Chat.ChatCompletionMessageParam[]) => {
      const { choices } = stream
        ? await client(origin).chat.completions.stream(request(messages)).finalChatCompletion()
        : await client(origin).chat.completions.create(request(messages));
      const message = choices[0]?.message;
      if (message === undefined) throw new Error('no message');
      return message;
    };
    const message = await turn(asked);
    const calls = (message.tool_calls ?? []).flatMap((call) => (call.type === 'function' ? [call] : []));
    const results = calls.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: 'sent' }));
    return {
      text: message.content ?? '',
      calls: calls.map((call) => JSON.parse(call.function.arguments) as unknown),
      goOn: async () => {
        const next = results.length > 0 ? results : [{ role: 'user' as const, content: 'And then?' }];
        return (await turn([...asked, message, ...next])).content ?? '';
      },
    };
  },
};

interface Event {
  readonly type: string;
  readonly [member: string]: unknown;
}

const SEALED = 'gAAAAABmVsealedReasoningOfTheServer0123456789';

function responsesServer(said: Said): Script {
  return ({ body }, response) => {
    const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: SEALED };
    const content = [{ type: 'output_text', text: said.text, annotations: [], logprobs: [] }];
    const item =
      said.kind === 'call'
        ? { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: TOOL, arguments: said.text }
        : { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content };
    const base = { id: 'resp_1', object: 'response', created_at: 1, model: 'm', error: null };
    const done = { ...base, status: 'completed', output: [reasoning, item] };
    if (!body.includes('"stream":true')) {
      json(response, done);
      return;
    }
    const at = { output_index: 1, item_id: item.id };
    const name = said.kind === 'call' ? 'response.function_call_arguments' : 'response.output_text';
    const place = said.kind === 'call' ? at : { ...at, content_index: 0 };
    const part = { type: 'output_text', text: '', annotations: [], logprobs: [] };
    const begun = said.kind === 'call' ? { ...item, arguments: '' } : { ...item, content: [] };
    const finished =
      said.kind === 'call' ? { name: TOOL, arguments: said.text } : { text: said.text, logprobs: [] };
    const events: readonly Event[] = [
      { type: 'response.created', response: { ...base, status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: reasoning },
      { type: 'response.output_item.done', output_index: 0, item: reasoning },
      { type: 'response.output_item.added', output_index: 1, item: begun },
      ...(said.kind === 'call' ? [] : [{ type: 'response.content_part.added', ...place, part }]),
      ...pieces(said.text).map((delta) => ({ type: `${name}.delta`, ...place, delta, logprobs: [] })),
      { type: `${name}.done`, ...place, ...finished },
      { type: 'response.output_item.done', output_index: 1, item },
      { type: 'response.completed', response: done },
    ];
    sse(
      response,
      events.map((event, sequence_number) => ({ event: event.type, data: { ...event, sequence_number } })),
    );
  };
}

export const OPENAI_RESPONSES: Conversation = {
  name: 'openai, responses',
  server: responsesServer,
  begin: async (origin, { stream, asJson, text = GO_ON }): Promise<Heard> => {
    const asked: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: text }];
    const request = (input: OpenAI.Responses.ResponseInputItem[]) => ({
      model: 'm',
      input,
      store: false,
      include: ['reasoning.encrypted_content' as const],
      tools: [{ type: 'function' as const, name: TOOL, parameters: PARAMETERS, strict: false }],
      ...(asJson ? { text: { format: { type: 'json_schema' as const, name: 'note', schema: SCHEMA } } } : {}),
    });
    const turn = async (input: OpenAI.Responses.ResponseInputItem[]) =>
      stream
        ? client(origin).responses.stream(request(input)).finalResponse()
        : client(origin).responses.create(request(input));
    const reply = await turn(asked);
    const calls = reply.output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
    const results = calls.map(({ call_id }) => ({
      type: 'function_call_output' as const,
      call_id,
      output: 'sent',
    }));
    return {
      text: reply.output_text,
      calls: calls.map((call) => JSON.parse(call.arguments) as unknown),
      goOn: async () => {
        const next = results.length > 0 ? results : [{ role: 'user' as const, content: 'And then?' }];
        const history = reply.output as OpenAI.Responses.ResponseInputItem[];
        return (await turn([...asked, ...history, ...next])).output_text;
      },
    };
  },
};
