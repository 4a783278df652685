import Anthropic from '@anthropic-ai/sdk';

import { message } from './answer.ts';
import type { Reach, Shape } from './shape.ts';

type Ask = Anthropic.Beta.MessageCreateParamsNonStreaming;
type More = Partial<Ask> & Readonly<Record<string, unknown>>;

const USER = { role: 'user', content: 'What is a tent?' } as const;
const WEATHER = { name: 'get_weather', input_schema: { type: 'object' } } as const;
const PROVIDER = ['tool_offered', 'provider_tool'];

function anthropic(reach: Reach): Anthropic {
  return new Anthropic({ apiKey: 'test', baseURL: reach.inbound, maxRetries: 0 });
}

function ask(more: More = {}): Shape['send'] {
  return (reach) =>
    anthropic(reach).messages.create({
      ...{ model: 'm', max_tokens: 9, messages: [USER] },
      ...(more as object),
    });
}

/** Through the client for what is in beta, which adds its header and `?beta=true`. */
function beta(more: More): Shape['send'] {
  return (reach) =>
    anthropic(reach).beta.messages.create({
      ...{ model: 'm', max_tokens: 9, messages: [USER], betas: ['mcp-client-2025-11-20'] },
      ...(more as object),
    });
}

function withTool(tool: object): Shape['send'] {
  return beta({ tools: [tool] as unknown as Ask['tools'] & object });
}

function saying(...content: readonly object[]): Shape['send'] {
  return beta({ messages: [{ role: 'user', content: content as never }] });
}

const TEXT_DOCUMENT = {
  type: 'document',
  source: { type: 'text', media_type: 'text/plain', data: 'Prices of tents.' },
  citations: { enabled: true },
} as const;

export const ANTHROPIC_SHAPES: readonly Shape[] = [
  {
    name: 'an earlier turn',
    send: ask({ messages: [USER, { role: 'assistant', content: 'A shelter.' }, USER] }),
    breaks: ['history'],
  },
  {
    name: 'a prefilled reply',
    send: ask({ messages: [USER, { role: 'assistant', content: 'A' }] }),
    breaks: ['history'],
  },
  { name: 'a tool that is not called', send: ask({ tools: [WEATHER] }), breaks: ['tool_offered'] },
  {
    name: 'a tool that is called',
    send: ask({ tools: [WEATHER] }),
    answer: () => message({ type: 'tool_use', id: 't', name: 'get_weather', input: {} }),
    breaks: ['tool_offered', 'tool_called'],
  },
  {
    name: 'the result of a tool',
    send: ask({
      tools: [WEATHER],
      messages: [
        USER,
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'get_weather', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'Sunny.' }] },
      ],
    }),
    breaks: ['history', 'tool_offered', 'tool_called', 'tool_result'],
  },
  {
    name: 'a container that stays',
    send: beta({ container: 'container_1' }),
    breaks: ['stored', 'reference'],
  },
  {
    name: 'skills in a container',
    send: beta({
      container: { skills: [{ type: 'anthropic', skill_id: 'pptx', version: 'latest' }] },
      tools: [{ type: 'code_execution_20250825', name: 'code_execution' }],
    }),
    breaks: ['stored', 'reference', ...PROVIDER],
  },
  {
    name: 'memory',
    send: withTool({ type: 'memory_20250818', name: 'memory' }),
    breaks: ['memory_tool', 'tool_offered'],
  },
  {
    name: 'web search',
    send: withTool({ type: 'web_search_20250305', name: 'web_search', max_uses: 2 }),
    breaks: ['retrieval', ...PROVIDER],
  },
  {
    name: 'web fetch',
    send: withTool({ type: 'web_fetch_20250910', name: 'web_fetch' }),
    breaks: ['retrieval', ...PROVIDER],
  },
  {
    name: 'code execution',
    send: withTool({ type: 'code_execution_20250825', name: 'code_execution' }),
    breaks: PROVIDER,
  },
  {
    name: 'search for tools',
    send: withTool({ type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' }),
    breaks: PROVIDER,
  },
  {
    name: 'a shell of the client',
    send: withTool({ type: 'bash_20250124', name: 'bash' }),
    breaks: ['tool_offered', 'acting_tool'],
  },
  {
    name: 'computer use',
    send: withTool({
      ...{ type: 'computer_20250124', name: 'computer' },
      display_width_px: 9,
      display_height_px: 9,
    }),
    breaks: ['tool_offered', 'acting_tool'],
  },
  {
    name: 'an editor of the client',
    send: withTool({ type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' }),
    breaks: ['tool_offered', 'acting_tool'],
  },
  {
    name: 'MCP servers',
    send: beta({ mcp_servers: [{ type: 'url', name: 's', url: 'https://mcp.test' }] }),
    breaks: ['tool_offered', 'mcp', 'provider_tool'],
  },
  {
    name: 'a file at the provider',
    send: saying(
      { type: 'document', source: { type: 'file', file_id: 'file_1' } },
      { type: 'text', text: 'What?' },
    ),
    breaks: ['reference'],
  },
  {
    name: 'an upload to a container',
    send: saying({ type: 'container_upload', file_id: 'file_1' }, { type: 'text', text: 'What?' }),
    breaks: ['reference'],
  },
  {
    name: 'a document with citations',
    send: saying(TEXT_DOCUMENT, { type: 'text', text: 'What?' }),
    breaks: ['retrieval'],
  },
  {
    name: 'results of a search',
    send: saying(
      {
        ...{ type: 'search_result', source: 'https://x.test', title: 'Tents' },
        content: [{ type: 'text', text: 'A shelter.' }],
      },
      { type: 'text', text: 'What?' },
    ),
    breaks: ['retrieval'],
  },
  {
    name: 'a PDF',
    send: saying(
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0xLjQ=' } },
      { type: 'text', text: 'What?' },
    ),
    breaks: ['retrieval'],
    blind: ['media'],
  },
  {
    name: 'an image',
    send: saying(
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
      { type: 'text', text: 'What?' },
    ),
    breaks: [],
    blind: ['media'],
  },
  {
    name: 'tools that the server has by itself',
    send: ask(),
    answer: () =>
      message(
        { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'tent' } },
        {
          ...{ type: 'web_search_tool_result', tool_use_id: 's' },
          content: [
            { type: 'web_search_result', title: 'Tents', url: 'https://x.test', encrypted_content: 'AA' },
          ],
        },
        { type: 'text', text: 'A shelter.' },
      ),
    breaks: ['retrieval', 'tool_called', 'provider_tool'],
  },
  {
    name: 'a reply that cites the document',
    send: saying(TEXT_DOCUMENT, { type: 'text', text: 'What?' }),
    answer: () =>
      message({
        ...{ type: 'text', text: 'Cheap.' },
        citations: [
          {
            ...{ type: 'char_location', cited_text: 'Prices', document_index: 0, document_title: null },
            ...{ start_char_index: 0, end_char_index: 6, file_id: null },
          },
        ],
      }),
    breaks: ['retrieval'],
  },
  { name: 'one question', send: ask(), breaks: [] },
  { name: 'one question, in beta', send: beta({}), breaks: [] },
  {
    name: 'prompt caching',
    send: ask({
      cache_control: { type: 'ephemeral', ttl: '1h' },
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'What?', cache_control: { type: 'ephemeral' } }] },
      ],
    }),
    breaks: [],
  },
  {
    name: 'all settings of the answer',
    send: beta({
      ...{
        temperature: 1,
        top_k: 5,
        top_p: 0.9,
        stop_sequences: ['x'],
        service_tier: 'auto',
        speed: 'standard',
      },
      ...{ metadata: { user_id: 'u' }, thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 2048 },
      ...{
        inference_geo: 'eu',
        user_profile_id: 'p',
        workspace_id: 'w',
        diagnostics: { previous_message_id: null },
      },
      output_config: { effort: 'low', format: { type: 'json_schema', schema: { type: 'object' } } },
    }),
    breaks: [],
  },
  {
    name: 'edits of the context',
    send: beta({ context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } }),
    breaks: [],
  },
  {
    name: 'tokens are counted',
    send: (reach) => anthropic(reach).messages.countTokens({ model: 'm', messages: [USER] }),
    answer: () => ({ input_tokens: 3 }),
    breaks: [],
  },
  {
    name: 'a file',
    send: (reach) => anthropic(reach).beta.files.upload({ file: new File(['Tents.'], 'a.txt') }),
    breaks: ['stored'],
    blind: ['unread'],
  },
  {
    name: 'a batch',
    send: (reach) =>
      anthropic(reach).messages.batches.create({
        requests: [{ custom_id: 'c', params: { model: 'm', max_tokens: 9, messages: [USER] } }],
      }),
    breaks: ['stored'],
    blind: ['unread'],
  },
];
