import { hasUnknownMembers, refersToStored } from './members.ts';

const NOTHING = { hasTools: false, hasState: false, hasMedia: false };
const ASK = { model: 'm', messages: [{ role: 'user', content: 'Hi.' }] };

describe('members that no dialect knows', () => {
  it.each<[string, object]>([
    ['tools of Groq', { compound_custom: { tools: { enabled_tools: ['web_search'] } } }],
    ['MCP servers', { mcp_servers: [{ url: 'https://x.test' }] }],
    ['MCP servers in other letters', { mcpServers: { x: { url: 'https://x.test' } } }],
    ['tools where the API has none', { tools: [{ type: 'web_search' }] }],
    ['a thread', { thread_id: 't' }],
    ['a session', { session_id: 's' }],
    ['a memory', { memory: { user: 'u' } }],
    ['an assistant of the server', { assistant_id: 'a' }],
    ['an agent', { agent: 'mail' }],
    ['a knowledge base', { knowledge: ['kb'] }],
    ['retrieval', { use_rag: true }],
    ['files of Open WebUI', { files: [{ type: 'collection', id: 'c' }] }],
    ['tools of Open WebUI', { tool_ids: ['mail'] }],
    ['inside of extra_body', { extra_body: { vector_store_ids: ['v'] } }],
    ['inside of the chat template', { chat_template_kwargs: { tools: [{ name: 'mail' }] } }],
    ['inside of several requests', { requests: [{ model: 'm', memory: 'u' }] }],
    ['arguments of plug-ins', { vllm_xargs: { rag: true } }],
    ['inside of instances', { instances: [{ prompt: 'Hi.', tools: ['mail'] }] }],
    ['a document', { documents: [{ text: 'Prices.' }] }],
  ])('%s', (_name, members) => {
    expect(hasUnknownMembers({ ...ASK, ...members }, NOTHING)).toBe(true);
  });

  it.each<[string, object]>([
    ['nothing else', {}],
    [
      'switched off',
      { thread_id: null, tools: [], plugins: {}, enable_search: false, memory: 'none', agent: '' },
    ],
    [
      'an SDK of OpenAI',
      { temperature: 0, top_p: 1, n: 1, stream: true, stream_options: { include_usage: true } },
    ],
    ['vLLM', { top_k: 5, min_p: 0.1, guided_json: {}, chat_template_kwargs: { enable_thinking: true } }],
    ['Ollama', { options: { num_ctx: 4096, temperature: 0.1 }, keep_alive: '5m', think: false }],
    ['Gemini', { contents: [], generationConfig: { maxOutputTokens: 9 }, safetySettings: [{}] }],
    ['TGI', { inputs: 'Hi.', parameters: { max_new_tokens: 9, do_sample: true } }],
    ['keys of caches', { prompt_cache_options: { mode: 'explicit' }, cache_control: { type: 'ephemeral' } }],
    ['edits of the context', { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } }],
    ['several texts for Gemini', { requests: [{ model: 'm', content: {}, taskType: 'RETRIEVAL_QUERY' }] }],
    ['a call of a tool that is not forced', { tool_choice: 'auto', parallel_tool_calls: true }],
  ])('not %s', (_name, members) => {
    expect(hasUnknownMembers({ ...ASK, ...members }, NOTHING)).toBe(false);
  });

  it.each<[string, object, Partial<typeof NOTHING>]>([
    ['tools', { tools: [{ type: 'function' }] }, { hasTools: true }],
    ['a conversation', { conversation: 'c' }, { hasState: true }],
    ['an image', { images: ['AAAA'] }, { hasMedia: true }],
  ])('not %s that the dialect read', (_name, members, known) => {
    expect(hasUnknownMembers({ ...ASK, ...members }, { ...NOTHING, ...known })).toBe(false);
    expect(hasUnknownMembers({ ...ASK, ...members }, NOTHING)).toBe(true);
  });
});

describe('members that name what a server keeps', () => {
  it.each<[string, object]>([
    ['a thread', { thread_id: 't' }],
    ['a conversation of Dify', { conversation_id: 'c' }],
    ['a chat of Open WebUI', { chat_id: 'c' }],
    ['a reply that goes on', { continuationToken: 'AAAA' }],
    ['an interaction of Gemini', { previous_interaction_id: 'i' }],
    ['a container', { tools: [{ type: 'code_interpreter', container: 'cntr_1' }] }],
    [
      'files in a container',
      { tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: ['f'] } }] },
    ],
  ])('%s', (_name, members) => {
    expect(refersToStored({ ...ASK, ...members })).toBe(true);
  });

  it.each<[string, object]>([
    ['nothing', {}],
    ['empty ones', { thread_id: '', conversation_id: null }],
    ['a new container', { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] }],
    ['no list of tools', { tools: 'x' }],
  ])('not %s', (_name, members) => {
    expect(refersToStored({ ...ASK, ...members })).toBe(false);
  });
});
