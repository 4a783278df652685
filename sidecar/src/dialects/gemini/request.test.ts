import { describe, expect, it } from '@jest/globals';

import type { Prompt } from '../../exchange/index.ts';
import type { RouteMatch } from '../dialect.ts';
import type { JsonObject, JsonValue } from '../json/index.ts';
import { gemini } from './index.ts';

function route(method: string, query = ''): RouteMatch {
  const found = gemini.match({ method: 'POST', path: `/v1beta/models/m:${method}`, query });
  if (found === null) throw new Error(`no route for ${method}`);
  return found;
}

function read(change: JsonObject, method = 'generateContent'): Prompt {
  return gemini.prompt({ contents: [{ role: 'user', parts: [{ text: 'hi' }] }], ...change }, route(method));
}

function part(role: string | null, ...parts: readonly JsonObject[]): JsonObject {
  return {
    contents: [{ role, parts }],
  };
}

function said(prompt: Prompt): readonly string[] {
  return prompt.segments.map(
    ({ pointer, origin, channel, text }) => `${pointer} ${origin}/${channel}: ${text}`,
  );
}

describe('deviations of clients', () => {
  it.each<[string, JsonObject, readonly string[], readonly string[]]>([
    ['a role', { role: 'oracle', parts: [{ text: 'a' }] }, ['tool/tool_result: a'], []],
    ['an empty role', { role: '', parts: [{ text: 'a' }] }, ['user/content: a'], []],
    ['a part that is a string', { parts: ['a'] }, ['user/content: a'], []],
    ['one part without an array', { parts: { text: 'a' } }, ['user/content: a'], []],
    [
      'a part of an unknown kind',
      { parts: [{ hologram: 'a b' }] },
      ['user/metadata: a b'],
      ['/contents/0/parts/0'],
    ],
    [
      'arguments as text',
      { role: 'model', parts: [{ functionCall: { name: 'f', args: '{"k":"v"}' } }] },
      ['assistant/tool_arguments: k', 'assistant/tool_arguments: v'],
      [],
    ],
    [
      'a call of an unknown type',
      { role: 'model', parts: [{ toolCall: { toolType: 'TELEPATHY' } }] },
      [],
      [],
    ],
  ])('is scanned, and a medium where it may be one: %s', (_, content, segments, media) => {
    const prompt = gemini.prompt(
      { contents: [content] },
      { model: 'm', stream: false, framing: 'json-array' },
    );
    expect(prompt.segments.map(({ origin, channel, text }) => `${origin}/${channel}: ${text}`)).toEqual(
      segments,
    );
    expect(prompt.media.map(({ pointer }) => pointer)).toEqual(media);
  });
});

describe('undefined values are malformed', () => {
  it.each<[string, JsonObject, string]>([
    ['no contents', { contents: null }, '/contents: an array is required'],
    [
      'a part in two spellings',
      part('user', { inlineData: {}, inline_data: {} }),
      '/contents/0/parts/0/inlineData: given twice',
    ],
    [
      'a system instruction in two spellings',
      { systemInstruction: {}, system_instruction: {} },
      '/systemInstruction: given twice',
    ],
    [
      'tools in two spellings',
      { tools: [{ googleSearch: {}, google_search: {} }] },
      '/tools/0/googleSearch: given twice',
    ],
    [
      'declarations in two spellings',
      { tools: [{ functionDeclarations: [], function_declarations: [] }] },
      '/tools/0/functionDeclarations: given twice',
    ],
    [
      'a config in two spellings',
      { generationConfig: {}, generation_config: {} },
      '/generationConfig: given twice',
    ],
    [
      'a cap in two spellings',
      { generationConfig: { maxOutputTokens: 1, max_output_tokens: 9 } },
      '/generationConfig/maxOutputTokens: given twice',
    ],
    ['another model than the path', { model: 'models/other' }, '/model: differs from the model in the path'],
    [
      'a call without a name',
      part('model', { functionCall: { args: {} } }),
      '/contents/0/parts/0/functionCall/name: a string is required',
    ],
  ])('%s', (_, change, message) => {
    expect(() => read(change)).toThrow(message);
  });

  it.each<[string, string, JsonObject, string]>([
    ['no content to embed', 'embedContent', {}, '/content: an object is required'],
    [
      'another model in a batch',
      'batchEmbedContents',
      { requests: [{ model: 'models/other', content: {} }] },
      '/requests/0/model: differs from the model',
    ],
    [
      'two prompts to count',
      'countTokens',
      { generateContentRequest: { contents: [] } },
      '/contents: given twice',
    ],
  ])('%s', (_, method, change, message) => {
    expect(() => read(change, method)).toThrow(message);
  });
});

describe('every part speaks for its author', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['the user', part('user', { text: 'a' }), ['/contents/0/parts/0/text user/content: a']],
    [
      'no role, which means the user',
      part(null, { text: 'a' }),
      ['/contents/0/parts/0/text user/content: a'],
    ],
    ['the model', part('model', { text: 'a' }), ['/contents/0/parts/0/text assistant/content: a']],
    ['a function', part('function', { text: 'a' }), ['/contents/0/parts/0/text tool/tool_result: a']],
    [
      'a thought',
      part('model', { text: 'a', thought: true, thoughtSignature: 'not text' }),
      ['/contents/0/parts/0/text assistant/reasoning: a'],
    ],
    [
      'the system',
      { contents: [], system_instruction: { parts: [{ text: 'a' }] } },
      ['/system_instruction/parts/0/text system/content: a'],
    ],
    [
      'code',
      part('model', { executableCode: { language: 'PYTHON', code: 'x' } }),
      ['/contents/0/parts/0/executableCode/code assistant/tool_arguments: x'],
    ],
    [
      'output of code',
      part('model', { code_execution_result: { output: 'x' } }),
      ['/contents/0/parts/0/code_execution_result/output tool/tool_result: x'],
    ],
    [
      'a result',
      part('user', { functionResponse: { name: 'f', response: { k1: 'v' } } }),
      [
        '/contents/0/parts/0/functionResponse/response/~3k1 tool/tool_result: k1',
        '/contents/0/parts/0/functionResponse/response/k1 tool/tool_result: v',
      ],
    ],
    [
      'a result at the provider',
      part('model', { toolResponse: { response: { k1: 'v' } } }),
      [
        '/contents/0/parts/0/toolResponse/response/~3k1 tool/tool_result: k1',
        '/contents/0/parts/0/toolResponse/response/k1 tool/tool_result: v',
      ],
    ],
    [
      'members that the dialect does not read',
      { contents: [], labels: { team: 'see https://x' } },
      ['/labels/team user/metadata: see https://x'],
    ],
  ])('%s', (_, change, segments) => {
    const found = said(read(change));
    expect(found.filter((line) => !line.includes('user/metadata') || segments.includes(line))).toEqual(
      segments,
    );
  });

  it.each<[JsonObject, readonly string[]]>([
    [
      part('user', { inlineData: { mimeType: 'text/plain', data: 'iVBORw0KGgo=' } }),
      ['file /contents/0/parts/0/inlineData'],
    ],
    [part('user', { file_data: { file_uri: 'gs://b/o' } }), ['file /contents/0/parts/0/file_data/file_uri']],
    [
      part('user', { functionResponse: { name: 'f', parts: [{ inlineData: { data: 'iVBORw0KGgo=' } }] } }),
      ['file /contents/0/parts/0/functionResponse/parts/0/inlineData'],
    ],
    [{ cachedContent: 'cachedContents/1' }, ['opaque /cachedContent']],
  ])('%j is listed as media', (change, media) => {
    expect(read(change).media.map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual(media);
  });

  it('reads the input of embeddings and token counts', () => {
    const content = { parts: [{ text: 'a' }] };
    expect(said(read({ contents: null, content, title: 't' }, 'embedContent'))).toEqual([
      '/title document/content: t',
      '/content/parts/0/text user/content: a',
    ]);
    expect(
      said(read({ contents: null, requests: [{ model: 'models/m', content }] }, 'batchEmbedContents')),
    ).toEqual(['/requests/0/content/parts/0/text user/content: a']);
    expect(
      said(
        read(
          { contents: null, generateContentRequest: { model: 'models/m', contents: [content] } },
          'countTokens',
        ),
      ),
    ).toEqual(['/generateContentRequest/contents/0/parts/0/text user/content: a']);
  });
});

describe('tools', () => {
  it.each<[JsonObject, JsonObject]>([
    [
      { functionDeclarations: [{ name: 'f' }] },
      { pointer: '/tools/0/functionDeclarations/0', name: 'f', builtin: false },
    ],
    [
      { function_declarations: [{ name: 'f' }] },
      { pointer: '/tools/0/function_declarations/0', name: 'f', builtin: false },
    ],
    [{ googleSearch: {} }, { pointer: '/tools/0/googleSearch', name: 'googleSearch', builtin: true }],
    [
      { google_search_retrieval: {} },
      { pointer: '/tools/0/google_search_retrieval', name: 'googleSearchRetrieval', builtin: true },
    ],
    [{ codeExecution: {} }, { pointer: '/tools/0/codeExecution', name: 'codeExecution', builtin: true }],
    [{ mcpServers: [{ name: 's' }] }, { pointer: '/tools/0/mcpServers', name: 'mcpServers', builtin: true }],
    [{ computerUse: {} }, { pointer: '/tools/0/computerUse', name: 'computerUse', builtin: false }],
    [{ teleport: {} }, { pointer: '/tools/0/teleport', name: 'teleport', builtin: true }],
  ])('%j', (tool, offer) => {
    expect(read({ tools: [tool] }).offers).toEqual([offer]);
  });

  it('scans every text of a definition', () => {
    const tools = [
      {
        functionDeclarations: [
          { name: 'f', description: 'd', parameters: { properties: { k1: { description: 'p' } } } },
        ],
      },
    ];
    expect(said(read({ tools, contents: [] }))).toEqual([
      '/tools/0/functionDeclarations/0/description system/tool_definition: d',
      '/tools/0/functionDeclarations/0/parameters/properties/~3k1 system/tool_definition: k1',
      '/tools/0/functionDeclarations/0/parameters/properties/k1/description system/tool_definition: p',
    ]);
  });

  const FORCED = { kind: 'forced', names: ['f'], pointer: '/toolConfig/functionCallingConfig' };

  it.each<[JsonValue, JsonObject]>([
    [null, { kind: 'auto' }],
    [{ mode: 'AUTO' }, { kind: 'auto' }],
    [{ mode: 'VALIDATED' }, { kind: 'auto' }],
    [{ mode: 'NONE' }, { kind: 'none' }],
    [{ mode: 'ANY' }, { kind: 'required' }],
    [{ mode: 'ANY', allowedFunctionNames: ['f'] }, FORCED],
    [{ mode: 'VALIDATED', allowed_function_names: ['f'] }, FORCED],
  ])('choice %j', (functionCallingConfig, expected) => {
    expect(read({ toolConfig: { functionCallingConfig } }).choice).toEqual(expected);
  });

  it.each<[JsonObject, string, string]>([
    [{ functionCall: { name: 'f', args: { a: 1 } } }, 'f', '{"a":1}'],
    [{ function_call: { name: 'f' } }, 'f', ''],
    [{ executableCode: { code: 'x' } }, 'codeExecution', '{"code":"x"}'],
    [{ toolCall: { toolType: 'URL_CONTEXT', args: { url: 'u' } } }, 'urlContext', '{"url":"u"}'],
  ])('the call %j', (call, name, args) => {
    expect(read(part('model', call)).calls).toEqual([
      { pointer: '/contents/0/parts/0', name, arguments: args },
    ]);
  });
});

describe('requested models and limits', () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      'generateContent',
      {},
      { model: 'm', stream: false, maxOutputTokens: null, choices: 1, operation: 'generate_content' },
    ],
    ['streamGenerateContent', {}, { stream: true }],
    ['generateContent', { model: 'models/m' }, { model: 'm' }],
    [
      'generateContent',
      { generation_config: { max_output_tokens: 9, candidateCount: 2 } },
      { maxOutputTokens: 9, choices: 2 },
    ],
    ['embedContent', { content: {} }, { operation: 'embeddings', stream: false }],
  ])('%s %j', (method, change, expected) => {
    expect(read(change, method)).toMatchObject(expected);
  });
});

describe('routes', () => {
  it.each([
    ['GET', '/v1beta/models/m:generateContent', ''],
    ['POST', '/v1beta/models/m:generatecontent', ''],
    ['POST', '/v1beta/models/m:generateContent/', ''],
    ['POST', '/v1beta//models/m:generateContent', ''],
    ['POST', '/v1beta/models/a/m:generateContent', ''],
    ['POST', '/v1beta/models/m%2f:generateContent', ''],
    ['POST', '/v1beta/models/m%3AgenerateContent', ''],
    ['POST', '/v1beta/models/:generateContent', ''],
    ['POST', '/v1beta/models/m:predict', ''],
    ['POST', '/v2/models/m:generateContent', ''],
    ['POST', '/v1/projects/p/locations/l/publishers/other/models/m:generateContent', ''],
  ])('%s %s?%s is not of this dialect', (method, path, query) => {
    expect(gemini.match({ method, path, query })).toBeNull();
  });

  it.each<[string, string, JsonObject]>([
    [
      '/v1beta/models/gemini-2.5-flash:generateContent',
      '',
      { model: 'gemini-2.5-flash', stream: false, framing: 'json-array' },
    ],
    ['/v1beta/models/m:streamGenerateContent', 'alt=sse&key=k', { model: 'm', stream: true, framing: 'sse' }],
    ['/v1/models/m:streamGenerateContent', '', { stream: true, framing: 'json-array' }],
    ['/v1alpha/models/m:countTokens', '', { stream: false }],
    [
      '/v1/projects/p-1/locations/europe-west4/publishers/google/models/m:streamGenerateContent',
      'a%6ct=sse',
      { model: 'm', stream: true, framing: 'sse' },
    ],
    ['/v1beta1/publishers/google/models/m:generateContent', '', { model: 'm' }],
  ])('POST %s?%s', (path, query, expected) => {
    expect(gemini.match({ method: 'POST', path, query })).toMatchObject(expected);
  });

  it.each(['alt=sse&alt=json', 'alt=media', '%24alt=sse', 'callback=f'])('refuses the query %s', (query) => {
    const body = { contents: [{ parts: [{ text: 'hi' }] }] };
    expect(() => gemini.prompt(body, route('streamGenerateContent', query))).toThrow(
      'query: alt must be json or sse',
    );
  });
});
