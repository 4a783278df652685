import { PII_ENTITIES } from '../detectors/index.ts';
import { findDialect, type JsonObject } from '../dialects/index.ts';
import { policyOf } from '../pipeline/test-kit.ts';
import { foundInPrompt } from './found-in-prompt.ts';
import type { Found } from './found.ts';

const SEES = policyOf(
  'ingress: { pii: { action: redact }, secrets: { action: redact } }\naction: { tools: [{ name: mail, acts: outside }] }',
);
const BLIND = policyOf('egress: { pii: { action: redact } }');

function inPrompt(path: string, body: object, policy = SEES, isOutbound = false): Found {
  const found = findDialect({ method: 'POST', path, query: '' });
  if (found === null) throw new Error(path);
  const prompt = found.dialect.prompt(body as JsonObject, found.match);
  return foundInPrompt(prompt, {
    isStored: false,
    isOutbound,
    isPrivate: false,
    members: body as JsonObject,
    policy,
  });
}

const HI = { role: 'user', content: 'Hi.' };
const WEATHER = { name: 'weather', description: 'd', parameters: { type: 'object', properties: {} } };

describe('what a prompt brings along', () => {
  it.each<[string, string, object, string[]]>([
    [
      'openai-chat: an earlier turn',
      '/v1/chat/completions',
      { model: 'm', messages: [HI, { role: 'assistant', content: 'Hello.' }, HI] },
      ['history'],
    ],
    [
      'openai-chat: a tool is offered',
      '/v1/chat/completions',
      { model: 'm', messages: [HI], tools: [{ type: 'function', function: WEATHER }] },
      ['tool_offered'],
    ],
    [
      'openai-chat: a tool that policy says acts outside',
      '/v1/chat/completions',
      { model: 'm', messages: [HI], tools: [{ type: 'function', function: { ...WEATHER, name: 'mail' } }] },
      ['tool_offered', 'acting_tool'],
    ],
    [
      'openai-chat: a call and its result in the history',
      '/v1/chat/completions',
      {
        model: 'm',
        messages: [
          HI,
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'weather', arguments: '{}' } }],
          },
          { role: 'tool', tool_call_id: 'c', content: 'Sunny.' },
        ],
      },
      ['history', 'tool_called', 'tool_result'],
    ],
    [
      'openai-chat: a tool for long-term memory',
      '/v1/chat/completions',
      {
        model: 'm',
        messages: [HI],
        tools: [{ type: 'function', function: { ...WEATHER, name: 'save_memory' } }],
      },
      ['memory_tool', 'tool_offered'],
    ],
    [
      'openai-responses: an earlier response',
      '/v1/responses',
      { model: 'm', input: 'Hi.', previous_response_id: 'resp_1' },
      ['reference'],
    ],
    [
      'openai-responses: a conversation',
      '/v1/responses',
      { model: 'm', input: 'Hi.', conversation: 'conv_1' },
      ['reference'],
    ],
    [
      'openai-responses: in the background',
      '/v1/responses',
      { model: 'm', input: 'Hi.', background: true },
      ['stored'],
    ],
    [
      'openai-responses: retrieval by the provider',
      '/v1/responses',
      { model: 'm', input: 'Hi.', tools: [{ type: 'file_search', vector_store_ids: ['vs_1'] }] },
      ['retrieval', 'tool_offered', 'provider_tool'],
    ],
    [
      'anthropic-messages: a tool that runs at the provider',
      '/v1/messages',
      {
        model: 'm',
        max_tokens: 9,
        messages: [HI],
        tools: [{ type: 'code_execution_20250522', name: 'code_execution' }],
      },
      ['tool_offered', 'provider_tool'],
    ],
    [
      'anthropic-messages: a tool for long-term memory',
      '/v1/messages',
      {
        model: 'm',
        max_tokens: 9,
        messages: [HI],
        tools: [{ type: 'memory_20250818', name: 'memory' }],
      },
      ['memory_tool', 'tool_offered'],
    ],
    [
      'anthropic-messages: a document',
      '/v1/messages',
      {
        model: 'm',
        max_tokens: 9,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Prices.' } },
              { type: 'text', text: 'Hi.' },
            ],
          },
        ],
      },
      ['retrieval'],
    ],
    [
      'ollama-chat: an earlier turn and a tool',
      '/api/chat',
      {
        model: 'm',
        messages: [HI, { role: 'assistant', content: 'Hello.' }],
        tools: [{ type: 'function', function: WEATHER }],
      },
      ['history', 'tool_offered'],
    ],
    [
      'ollama-generate: the context of an earlier reply',
      '/api/generate',
      { model: 'm', prompt: 'Hi.', context: [1, 2, 3] },
      ['reference'],
    ],
    [
      'gemini: an earlier turn',
      '/v1beta/models/m:generateContent',
      {
        contents: [
          { role: 'user', parts: [{ text: 'Hi.' }] },
          { role: 'model', parts: [{ text: 'Hello.' }] },
        ],
      },
      ['history'],
    ],
    [
      'gemini: cached content',
      '/v1beta/models/m:generateContent',
      { contents: [{ role: 'user', parts: [{ text: 'Hi.' }] }], cachedContent: 'cachedContents/1' },
      ['reference'],
    ],
    [
      'gemini: search by the provider',
      '/v1beta/models/m:generateContent',
      { contents: [{ role: 'user', parts: [{ text: 'Hi.' }] }], tools: [{ googleSearch: {} }] },
      ['retrieval', 'tool_offered', 'provider_tool'],
    ],
    ['generate: a session', '/generate', { text: 'Hi.', session_params: { id: 's' } }, ['reference']],
    ['openai-chat: one question', '/v1/chat/completions', { model: 'm', messages: [HI] }, []],
    ['openai-completions', '/v1/completions', { model: 'm', prompt: 'Hi.' }, []],
    ['openai-responses: one question', '/v1/responses', { model: 'm', input: 'Hi.', store: false }, []],
    ['openai-embeddings', '/v1/embeddings', { model: 'm', input: 'Hi.' }, []],
    ['openai-speech', '/v1/audio/speech', { model: 'm', input: 'Hi.', voice: 'v' }, []],
    [
      'anthropic-messages: one question',
      '/v1/messages',
      { model: 'm', max_tokens: 9, messages: [HI], system: 'Be brief.' },
      [],
    ],
    ['ollama-chat: one question', '/api/chat', { model: 'm', messages: [HI] }, []],
    ['ollama-generate: one question', '/api/generate', { model: 'm', prompt: 'Hi.' }, []],
    ['ollama-embed', '/api/embed', { model: 'm', input: 'Hi.' }, []],
    [
      'gemini: one question',
      '/v1beta/models/m:generateContent',
      { contents: [{ role: 'user', parts: [{ text: 'Hi.' }] }] },
      [],
    ],
    ['generate', '/generate', { inputs: 'Hi.' }, []],
    ['llamacpp', '/completion', { prompt: 'Hi.' }, []],
    ['triton', '/v2/models/m/generate', { text_input: 'Hi.' }, []],
    ['kserve', '/v1/models/m:predict', { instances: [{ prompt: 'Hi.' }] }, []],
  ])('%s', (_name, path, body, reasons) => {
    expect(inPrompt(path, body)).toEqual({ reasons, blind: [] });
  });

  it('tells embeddings that a container asks for from those of its own server', () => {
    const body = { model: 'm', input: 'Hi.' };
    expect(inPrompt('/v1/embeddings', body, SEES, true).reasons).toEqual(['embedding']);
    expect(inPrompt('/v1/embeddings', body, SEES, false).reasons).toEqual([]);
  });

  it.each<[string, string, Found]>([
    ['acts', 'send_email', { reasons: ['tool_offered', 'acting_tool'], blind: [] }],
    ['reads', 'get_weather', { reasons: ['tool_offered'], blind: [] }],
    ['retrieves', 'search_knowledge_base', { reasons: ['retrieval', 'tool_offered'], blind: [] }],
    ['says nothing of itself', 'zap', { reasons: ['tool_offered'], blind: ['tools_unknown'] }],
    ['the policy says acts outside', 'mail', { reasons: ['tool_offered', 'acting_tool'], blind: [] }],
  ])('a tool that %s: %s', (_says, name, found) => {
    const tools = [{ type: 'function', function: { ...WEATHER, name } }];
    expect(inPrompt('/v1/chat/completions', { model: 'm', messages: [HI], tools })).toEqual(found);
  });

  it('cannot judge sensitive data in an image, or without detectors', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
    const body = { model: 'm', messages: [{ role: 'user', content: [image] }] };
    expect(inPrompt('/v1/chat/completions', body).blind).toEqual(['media']);
    expect(inPrompt('/v1/completions', { prompt: 'Hi.' }, BLIND).blind).toEqual(['detectors_off']);
  });

  const NARROW = '{ action: redact, entities: [US_SSN] }';
  const ALL = '{ action: redact }';

  it.each<[string, string, readonly string[]]>([
    ['kinds left out of requests', `ingress: { pii: ${NARROW}, secrets: ${ALL} }`, ['detectors_narrowed']],
    [
      'kinds left out of replies',
      `ingress: { pii: ${ALL}, secrets: ${ALL} }\negress: { pii: ${NARROW} }`,
      ['detectors_narrowed'],
    ],
    [
      'the same, observed',
      `mode: observe\ningress: { pii: ${NARROW}, secrets: ${ALL} }`,
      ['detectors_narrowed'],
    ],
    [
      'credentials not looked for in replies',
      `ingress: { pii: ${ALL}, secrets: ${ALL} }\negress: { secrets: { action: off } }`,
      ['detectors_off'],
    ],
    [
      'images allowed in replies',
      `ingress: { pii: ${ALL}, secrets: ${ALL} }\negress: { media: { image: { action: allow } } }`,
      ['media'],
    ],
    [
      'images noted in replies',
      `ingress: { pii: ${ALL}, secrets: ${ALL} }\negress: { media: { image: { mode: observe } } }`,
      [],
    ],
    [
      'every kind, by name',
      `ingress: { pii: { action: redact, entities: [${PII_ENTITIES.join()}] }, secrets: ${ALL} }`,
      [],
    ],
  ])('a policy: %s', (_name, policy, blind) => {
    expect(inPrompt('/v1/completions', { prompt: 'Hi.' }, policyOf(policy)).blind).toEqual(blind);
  });

  it('takes from the pipeline what is stored and what is private', () => {
    const found = findDialect({ method: 'POST', path: '/v1/completions', query: '' });
    const prompt = found?.dialect.prompt({ prompt: 'Hi.' }, found.match);
    expect(
      prompt && foundInPrompt(prompt, { isStored: true, isPrivate: true, members: {}, policy: SEES }).reasons,
    ).toEqual(['stored', 'private_data']);
  });
});
