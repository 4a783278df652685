import type OpenAI from 'openai';

import { modelResponse, said } from './answer.ts';
import { openai, type Shape } from './shape.ts';

const USER = { role: 'user', content: 'What is a tent?' } as const;
const PROVIDER = ['tool_offered', 'provider_tool'];

/** Members without their types: some are newer or older than the client. Not stored, unless the row says so. */
function respond(more: Readonly<Record<string, unknown>>): Shape['send'] {
  const body = { model: 'm', input: 'What is a tent?', store: false, ...more };
  return (reach) => openai(reach).responses.create(body as OpenAI.Responses.ResponseCreateParamsNonStreaming);
}

function withTool(tool: object): Shape['send'] {
  return respond({ tools: [tool] });
}

const REQUESTS: readonly Shape[] = [
  {
    name: 'stored unless told otherwise',
    send: respond({ store: undefined }),
    breaks: ['stored'],
  },
  { name: 'stored', send: respond({ store: true }), breaks: ['stored'] },
  { name: 'null for what is stored', send: respond({ store: null }), breaks: ['stored'] },
  {
    name: 'an earlier response',
    send: respond({ previous_response_id: 'resp_0' }),
    breaks: ['reference'],
  },
  {
    name: 'a conversation',
    send: respond({ conversation: 'conv_1' }),
    breaks: ['stored', 'reference'],
  },
  {
    name: 'a conversation as an object',
    send: respond({ conversation: { id: 'conv_1' } }),
    breaks: ['stored', 'reference'],
  },
  {
    name: 'in the background',
    send: respond({ background: true, store: true }),
    breaks: ['stored'],
  },
  {
    name: 'a prompt at the provider',
    send: respond({ prompt: { id: 'pmpt_1', version: '2', variables: { name: 'Ann' } } }),
    breaks: ['reference'],
  },
  {
    name: 'items of earlier turns',
    send: respond({
      input: [
        USER,
        {
          ...{ type: 'message', role: 'assistant', id: 'msg_1', status: 'completed' },
          content: [{ type: 'output_text', text: 'A shelter.', annotations: [] }],
        },
        USER,
      ],
    }),
    breaks: ['history'],
  },
  {
    name: 'sealed reasoning of an earlier turn',
    send: respond({
      include: ['reasoning.encrypted_content'],
      input: [USER, { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' }, USER],
    }),
    breaks: ['reference'],
  },
  {
    name: 'an item that the provider keeps',
    send: respond({ input: [{ type: 'item_reference', id: 'msg_1' }, USER] }),
    breaks: ['reference'],
  },
  {
    name: 'a call and its result',
    send: respond({
      input: [
        USER,
        { type: 'function_call', call_id: 'c', name: 'get_weather', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: 'Sunny.' },
      ],
    }),
    breaks: ['history', 'tool_called', 'tool_result'],
  },
  {
    name: 'a file at the provider',
    send: respond({ input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] }] }),
    breaks: ['reference'],
  },
  {
    name: 'an image at the provider',
    send: respond({
      input: [{ role: 'user', content: [{ type: 'input_image', detail: 'auto', file_id: 'file-1' }] }],
    }),
    breaks: ['reference'],
  },
  {
    name: 'a function',
    send: withTool({ type: 'function', name: 'get_weather', parameters: {}, strict: false }),
    breaks: ['tool_offered'],
  },
  {
    name: 'file search',
    send: withTool({ type: 'file_search', vector_store_ids: ['vs_1'] }),
    breaks: ['retrieval', ...PROVIDER],
  },
  {
    name: 'web search',
    send: withTool({ type: 'web_search' }),
    breaks: ['retrieval', ...PROVIDER],
  },
  {
    name: 'web search, preview',
    send: withTool({ type: 'web_search_preview' }),
    breaks: ['retrieval', ...PROVIDER],
  },
  {
    name: 'code interpreter',
    send: withTool({ type: 'code_interpreter', container: { type: 'auto' } }),
    breaks: PROVIDER,
  },
  {
    name: 'code interpreter in a container that stays',
    send: withTool({ type: 'code_interpreter', container: 'cntr_1' }),
    breaks: ['reference', ...PROVIDER],
  },
  {
    name: 'code interpreter with files of the provider',
    send: withTool({ type: 'code_interpreter', container: { type: 'auto', file_ids: ['file-1'] } }),
    breaks: ['reference', ...PROVIDER],
  },
  { name: 'image generation', send: withTool({ type: 'image_generation' }), breaks: PROVIDER },
  {
    name: 'computer use',
    send: withTool({
      type: 'computer_use_preview',
      display_width: 9,
      display_height: 9,
      environment: 'browser',
    }),
    breaks: ['tool_offered', 'acting_tool'],
  },
  {
    name: 'a shell of the client',
    send: withTool({ type: 'local_shell' }),
    breaks: ['tool_offered', 'acting_tool'],
  },
  {
    name: 'an MCP server',
    send: withTool({
      type: 'mcp',
      server_label: 's',
      server_url: 'https://mcp.test',
      require_approval: 'never',
    }),
    breaks: ['tool_offered', 'mcp', 'provider_tool'],
  },
  {
    name: 'a connector to mail',
    send: withTool({ type: 'mcp', server_label: 's', connector_id: 'connector_gmail', authorization: 'x' }),
    breaks: ['tool_offered', 'mcp', 'provider_tool'],
  },
  {
    name: 'tools that the server has by itself',
    send: respond({}),
    answer: () =>
      modelResponse(
        {
          type: 'web_search_call',
          id: 'ws_1',
          status: 'completed',
          action: { type: 'search', query: 'tent' },
        },
        said('A shelter.', [
          { type: 'url_citation', url: 'https://x.test', title: 'Tents', start_index: 0, end_index: 3 },
        ]),
      ),
    breaks: ['retrieval', 'tool_called', 'provider_tool'],
  },
  { name: 'one question', send: respond({}), breaks: [] },
  {
    name: 'instructions and all settings of the answer',
    send: respond({
      ...{
        instructions: 'Be brief.',
        include: ['message.output_text.logprobs'],
        max_output_tokens: 9,
        temperature: 0,
      },
      ...{
        reasoning: { effort: 'low', summary: 'auto' },
        text: { format: { type: 'text' }, verbosity: 'low' },
      },
      ...{
        truncation: 'auto',
        top_p: 1,
        top_logprobs: 1,
        parallel_tool_calls: true,
        tool_choice: 'auto',
        tools: [],
      },
      ...{ service_tier: 'auto', safety_identifier: 's', prompt_cache_key: 'k', metadata: { team: 'a' } },
      moderation: { model: 'omni-moderation-latest' },
    }),
    breaks: [],
  },
];

/** Routes of what the provider keeps. */
const STORES: readonly Omit<Shape, 'blind'>[] = [
  { name: 'a thread', send: (reach) => openai(reach).post('/threads', { body: {} }), breaks: ['stored'] },
  {
    name: 'a conversation',
    send: (reach) => openai(reach).conversations.create({ items: [{ type: 'message', ...USER }] }),
    breaks: ['stored'],
  },
  {
    name: 'an assistant',
    send: (reach) => openai(reach).post('/assistants', { body: { model: 'm' } }),
    breaks: ['stored'],
  },
  {
    name: 'a vector store',
    send: (reach) => openai(reach).vectorStores.create({ name: 'v' }),
    breaks: ['stored'],
  },
  {
    name: 'a search in a vector store',
    send: (reach) => openai(reach).vectorStores.search('vs_1', { query: 'tent' }),
    answer: () => ({ object: 'list', data: [] }),
    breaks: ['stored', 'retrieval'],
  },
  {
    name: 'a file',
    send: (reach) =>
      openai(reach).files.create({ purpose: 'assistants', file: new File(['Tents.'], 'a.txt') }),
    breaks: ['stored'],
  },
  {
    name: 'a container',
    send: (reach) => openai(reach).containers.create({ name: 'c' }),
    breaks: ['stored'],
  },
  {
    name: 'a batch',
    send: (reach) =>
      openai(reach).batches.create({
        ...{ completion_window: '24h', endpoint: '/v1/chat/completions', input_file_id: 'file-1' },
      }),
    breaks: ['stored'],
  },
];

/** The Responses API, and what the provider keeps beside it. */
export const RESPONSES_SHAPES: readonly Shape[] = [
  ...REQUESTS,
  ...STORES.map((shape) => ({ ...shape, blind: ['unread'] })),
];
