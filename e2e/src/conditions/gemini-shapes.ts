import {
  GoogleGenAI,
  ServiceTier,
  type GenerateContentConfig,
  type GenerateContentParameters,
} from '@google/genai';

import { generated } from './answer.ts';
import type { Reach, Shape } from './shape.ts';

const PROVIDER = ['tool_offered', 'provider_tool'];

function google(reach: Reach): GoogleGenAI {
  return new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl: reach.inbound } });
}

function generate(
  config: GenerateContentConfig = {},
  contents: GenerateContentParameters['contents'] = 'What is a tent?',
): Shape['send'] {
  return (reach) => google(reach).models.generateContent({ model: 'gemini-x', contents, config });
}

function withTool(tool: object): Shape['send'] {
  return generate({ tools: [tool] });
}

export const GEMINI_SHAPES: readonly Shape[] = [
  {
    name: 'a chat',
    send: async (reach: Reach): Promise<void> => {
      const chat = google(reach).chats.create({ model: 'gemini-x' });
      await chat.sendMessage({ message: 'What is a tent?' });
      await chat.sendMessage({ message: 'And a yurt?' });
    },
    breaks: ['history'],
  },
  { name: 'cached content', send: generate({ cachedContent: 'cachedContents/1' }), breaks: ['reference'] },
  {
    name: 'kept by the provider',
    send: generate({ store: true }),
    breaks: ['stored'],
  },
  {
    name: 'a continued reply',
    send: generate({ continuationToken: 'AAAA', automaticContinuation: false }),
    breaks: ['reference'],
  },
  {
    name: 'a file at the provider',
    send: generate({}, [
      {
        fileData: {
          fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc',
          mimeType: 'text/plain',
        },
      },
      { text: 'What?' },
    ]),
    breaks: ['reference'],
    blind: ['media'],
  },
  {
    name: 'an object in a bucket',
    send: generate({}, [
      { fileData: { fileUri: 'gs://b/a.pdf', mimeType: 'application/pdf' } },
      { text: 'What?' },
    ]),
    breaks: ['reference'],
    blind: ['media'],
  },
  {
    name: 'an image',
    send: generate({}, [{ inlineData: { data: 'iVBORw0KGgo=', mimeType: 'image/png' } }, { text: 'What?' }]),
    breaks: [],
    blind: ['media'],
  },
  { name: 'search', send: withTool({ googleSearch: {} }), breaks: ['retrieval', ...PROVIDER] },
  {
    name: 'search, the older one',
    send: withTool({ googleSearchRetrieval: {} }),
    breaks: ['retrieval', ...PROVIDER],
  },
  { name: 'addresses', send: withTool({ urlContext: {} }), breaks: ['retrieval', ...PROVIDER] },
  { name: 'maps', send: withTool({ googleMaps: {} }), breaks: ['retrieval', ...PROVIDER] },
  { name: 'code execution', send: withTool({ codeExecution: {} }), breaks: PROVIDER },
  {
    name: 'a store of files',
    send: withTool({ fileSearch: { fileSearchStoreNames: ['fileSearchStores/1'] } }),
    breaks: ['retrieval', ...PROVIDER],
  },
  {
    name: 'MCP servers',
    send: withTool({ mcpServers: [{ name: 's', streamableHttpTransport: { url: 'https://mcp.test' } }] }),
    breaks: ['tool_offered', 'mcp', 'provider_tool'],
  },
  {
    name: 'computer use',
    send: withTool({ computerUse: { environment: 'ENVIRONMENT_BROWSER' } }),
    breaks: ['tool_offered', 'acting_tool'],
  },
  {
    name: 'a function that is called',
    send: withTool({ functionDeclarations: [{ name: 'get_weather' }] }),
    answer: () => generated([{ functionCall: { name: 'get_weather', args: {} } }]),
    breaks: ['tool_offered', 'tool_called'],
  },
  {
    name: 'tools that the server has by itself',
    send: generate(),
    answer: () =>
      generated([{ text: 'A shelter.' }], {
        groundingMetadata: {
          webSearchQueries: ['tent'],
          groundingChunks: [{ web: { uri: 'https://x.test', title: 'Tents' } }],
        },
      }),
    breaks: ['retrieval'],
  },
  { name: 'one question', send: generate(), breaks: [] },
  {
    name: 'all settings of the answer',
    send: generate({
      ...{
        systemInstruction: 'Be brief.',
        temperature: 0,
        topP: 1,
        topK: 5,
        candidateCount: 1,
        maxOutputTokens: 9,
      },
      ...{
        stopSequences: ['x'],
        responseLogprobs: true,
        logprobs: 1,
        seed: 1,
        responseMimeType: 'application/json',
      },
      ...{
        responseJsonSchema: { type: 'object' },
        thinkingConfig: { thinkingBudget: 9 },
        presencePenalty: 0,
      },
      safetySettings: [],
      ...{ imageConfig: { aspectRatio: '1:1' }, serviceTier: ServiceTier.FLEX },
    }),
    breaks: [],
  },
  {
    name: 'embeddings of its own server',
    send: (reach) =>
      google(reach).models.embedContent({
        ...{ model: 'e', contents: 'A tent.' },
        config: { taskType: 'RETRIEVAL_QUERY', outputDimensionality: 2 },
      }),
    breaks: [],
  },
  {
    name: 'a cache',
    send: (reach) =>
      google(reach).caches.create({ model: 'gemini-x', config: { contents: 'Prices of tents.' } }),
    breaks: ['stored'],
    blind: ['unread'],
  },
  {
    name: 'a store for files',
    send: (reach) => google(reach).fileSearchStores.create({ config: { displayName: 'x' } }),
    breaks: ['stored'],
    blind: ['unread'],
  },
  {
    name: 'files',
    send: async (reach: Reach): Promise<void> => {
      await google(reach).files.list();
    },
    answer: () => ({ files: [] }),
    breaks: ['stored'],
    blind: ['unread'],
  },
];
