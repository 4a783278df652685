import Anthropic from '@anthropic-ai/sdk';

import { sse, type Script } from '../../process/upstream.ts';
import { GO_ON, PLACE, pieces, spliced, TOOL, type Conversation, type Said } from './conversation.ts';

/** Signed thinking before the answer. */
const SIGNED = { type: 'thinking', thinking: 'Let me see.', signature: 'EqQBCkYIBRgCKkDsignature==' };

export function anthropicServer(said: Said, thought = SIGNED.thinking): Script {
  const signed = { ...SIGNED, thinking: thought };
  return ({ body }, response) => {
    const block =
      said.kind === 'call'
        ? { type: 'tool_use', id: 'toolu_1', name: TOOL, input: PLACE }
        : { type: 'text', text: PLACE };
    const stop_reason = said.kind === 'call' ? 'tool_use' : 'end_turn';
    const usage = { input_tokens: 1, output_tokens: 1 };
    const base = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', stop_sequence: null, usage };
    if (!body.includes('"stream":true')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      const text = said.kind === 'call' ? said.text : JSON.stringify(said.text);
      response.end(spliced({ ...base, content: [signed, block], stop_reason }, text));
      return;
    }
    const empty = said.kind === 'call' ? { ...block, input: {} } : { type: 'text', text: '' };
    const deltas = pieces(said.text).map((piece) =>
      said.kind === 'call'
        ? { type: 'input_json_delta', partial_json: piece }
        : { type: 'text_delta', text: piece },
    );
    const { thinking, signature } = signed;
    const blocks = [
      [
        { ...signed, thinking: '', signature: '' },
        { type: 'thinking_delta', thinking },
        { type: 'signature_delta', signature },
      ],
      [empty, ...deltas],
    ];
    const events = [
      { type: 'message_start', message: { ...base, content: [], stop_reason: null } },
      ...blocks.flatMap(([content_block, ...all], index) => [
        { type: 'content_block_start', index, content_block },
        ...all.map((delta) => ({ type: 'content_block_delta', index, delta })),
        { type: 'content_block_stop', index },
      ]),
      { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 5 } },
      { type: 'message_stop' },
    ];
    sse(
      response,
      events.map((data) => ({ event: data.type, data })),
    );
  };
}

export const ANTHROPIC: Conversation = {
  name: '@anthropic-ai/sdk',
  server: anthropicServer,
  begin: async (origin, { stream, asJson, text = GO_ON }) => {
    const client = new Anthropic({ apiKey: 'test', baseURL: origin, maxRetries: 0 });
    const asked: Anthropic.MessageParam[] = [{ role: 'user', content: text }];
    const request = (messages: Anthropic.MessageParam[]) => ({
      model: 'm',
      max_tokens: 2048,
      thinking: { type: 'enabled' as const, budget_tokens: 1024 },
      messages,
      tools: [{ name: TOOL, input_schema: { type: 'object' as const } }],
      ...(asJson
        ? { output_config: { format: { type: 'json_schema' as const, schema: { type: 'object' } } } }
        : {}),
    });
    const turn = async (messages: Anthropic.MessageParam[]) =>
      stream
        ? client.messages.stream(request(messages)).finalMessage()
        : client.messages.create(request(messages));
    const textOf = ({ content }: Anthropic.Message): string =>
      content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    const reply = await turn(asked);
    const calls = reply.content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
    const results = calls.map(({ id }) => ({
      type: 'tool_result' as const,
      tool_use_id: id,
      content: 'sent',
    }));
    return {
      text: textOf(reply),
      calls: calls.map(({ input }) => input),
      goOn: async () => {
        const next = results.length > 0 ? results : 'And then?';
        const history = [
          ...asked,
          { role: 'assistant' as const, content: reply.content },
          { role: 'user' as const, content: next },
        ];
        return textOf(await turn(history));
      },
    };
  },
};
