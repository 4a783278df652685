import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import type { AIMessageChunk, UsageMetadata } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { streamText } from 'ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { Agent, setGlobalDispatcher } from 'undici';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { sse, startUpstream, type Script, type ScriptedUpstream } from '../process/upstream.ts';
import { POLICY, SECRET } from './policy.ts';

const PIECES = ['Hello. ', `The token is ${SECRET} `, 'and that was it.'];
const COUNTS = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };
const messages = [{ role: 'user' as const, content: 'Hi' }];
const apiKey = 'test-key';

// Google's SDK looks Node's dispatcher up in `globalThis`, which is not Node's own in a test.
const dispatcher = new Agent();
setGlobalDispatcher(dispatcher);

/** Streams in which the second piece is withheld. `isCounting`: the server says before the end what it has counted. */
function scriptOf(isCounting: boolean): Script {
  const usage = isCounting ? COUNTS : null;
  return ({ path }, response) => {
    const head = { id: 'r', created: 1, model: 'm' };
    if (path === '/v1/chat/completions' || path === '/v1/completions') {
      const said = (text: string) =>
        path === '/v1/completions' ? { text } : { delta: { role: 'assistant', content: text } };
      const chunks = PIECES.map((text) => ({
        data: { ...head, choices: [{ index: 0, ...said(text), finish_reason: null }], usage },
      }));
      sse(response, [...chunks, '[DONE]']);
    } else if (path === '/v1/responses') sse(response, responsesEvents());
    else if (path.startsWith('/v1/messages')) sse(response, messagesEvents());
    else if (path.includes('streamGenerateContent')) {
      const usageMetadata = { promptTokenCount: 9, candidatesTokenCount: 2, totalTokenCount: 11 };
      const counted = isCounting ? { usageMetadata } : {};
      sse(
        response,
        PIECES.map((text) => ({
          data: { candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] } }], ...counted },
        })),
      );
    } else {
      const lines = PIECES.map((text, index) => {
        const done = index === PIECES.length - 1;
        const counted = done && isCounting ? { prompt_eval_count: 9, eval_count: 2 } : {};
        const said =
          path === '/api/chat' ? { message: { role: 'assistant', content: text } } : { response: text };
        return `${JSON.stringify({ ...head, ...said, done, ...counted })}\n`;
      });
      // Counts stand in the last line alone: at once, so that it has come when the second line is judged.
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(lines.join(''));
    }
  };
}

function responsesEvents(): readonly { readonly event: string; readonly data: object }[] {
  const head = { id: 'resp_1', object: 'response', created_at: 1, model: 'm', output: [], usage: null };
  const item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'in_progress', content: [] };
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const part = { type: 'output_text', text: '', annotations: [] };
  const events = [
    { type: 'response.created', response: { ...head, status: 'in_progress' } },
    { type: 'response.output_item.added', output_index: 0, item },
    { type: 'response.content_part.added', ...at, part },
    ...PIECES.map((delta) => ({ type: 'response.output_text.delta', ...at, delta })),
  ];
  return events.map((data, sequence_number) => ({ event: data.type, data: { ...data, sequence_number } }));
}

function messagesEvents(): readonly { readonly event: string; readonly data: object }[] {
  const message = { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null };
  const usage = { input_tokens: 9, output_tokens: 2 };
  const events = [
    { type: 'message_start', message: { ...message, stop_sequence: null, usage } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...PIECES.map((text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
    { type: 'message_stop' },
  ];
  return events.map((data) => ({ event: data.type, data }));
}

/** What a client reads of a stream: how it ended, and the tokens of prompt and answer. */
type Read = (origin: string) => Promise<readonly [ending: unknown, input: unknown, output: unknown]>;

async function lastOf<T>(parts: AsyncIterable<T>): Promise<T | undefined> {
  let last: T | undefined;
  for await (const part of parts) last = part;
  return last;
}

function openai(origin: string): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${origin}/v1` });
}

const stream_options = { include_usage: true };

async function readAi(model: Parameters<typeof streamText>[0]['model']) {
  const result = streamText({ model, prompt: 'Hi', onError: () => undefined });
  const { inputTokens, outputTokens } = await result.usage;
  return [await result.finishReason, inputTokens, outputTokens] as const;
}

function langchainTokens(usage: UsageMetadata | undefined) {
  return [usage?.input_tokens, usage?.output_tokens] as const;
}

/** `none`: what is read where the server has counted nothing by then; `counted`: where it has. */
const READERS: readonly (readonly [string, Read, none: readonly number[], counted: readonly number[]])[] = [
  [
    'openai, chat completions',
    async (origin) => {
      const asked = { model: 'm', messages, stream: true as const, stream_options };
      const chunks = [];
      for await (const chunk of await openai(origin).chat.completions.create(asked)) chunks.push(chunk);
      const usage = chunks.at(-1)?.usage;
      const reason = chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? []).at(-1);
      return [reason, usage?.prompt_tokens, usage?.completion_tokens];
    },
    [0, 0],
    [9, 2],
  ],
  [
    'openai, completions',
    async (origin) => {
      const asked = { model: 'm', prompt: 'Hi', stream: true as const, stream_options };
      const last = await lastOf(await openai(origin).completions.create(asked));
      return ['content_filter', last?.usage?.prompt_tokens, last?.usage?.completion_tokens];
    },
    [0, 0],
    [9, 2],
  ],
  [
    'openai, responses',
    async (origin) => {
      const final = await openai(origin).responses.stream({ model: 'm', input: 'Hi' }).finalResponse();
      return [final.incomplete_details?.reason, final.usage?.input_tokens, final.usage?.output_tokens];
    },
    [0, 0],
    [0, 0],
  ],
  [
    '@anthropic-ai/sdk',
    async (origin) => {
      const client = new Anthropic({ apiKey, baseURL: origin });
      const final = await client.messages.stream({ model: 'm', max_tokens: 9, messages }).finalMessage();
      return [final.stop_reason, final.usage.input_tokens, final.usage.output_tokens];
    },
    [9, 2],
    [9, 2],
  ],
  [
    '@google/genai',
    async (origin) => {
      const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: origin } });
      const last = await lastOf(await client.models.generateContentStream({ model: 'm', contents: 'Hi' }));
      const usage = last?.usageMetadata;
      return [last?.candidates?.[0]?.finishReason, usage?.promptTokenCount, usage?.candidatesTokenCount];
    },
    [0, 0],
    [9, 2],
  ],
  [
    'ollama, chat',
    async (origin) => {
      const last = await lastOf(
        await new Ollama({ host: origin }).chat({ model: 'm', messages, stream: true }),
      );
      return [last?.done_reason, last?.prompt_eval_count, last?.eval_count];
    },
    [0, 0],
    [9, 2],
  ],
  [
    'ollama, generate',
    async (origin) => {
      const parts = await new Ollama({ host: origin }).generate({ model: 'm', prompt: 'Hi', stream: true });
      const last = await lastOf(parts);
      return [last?.done_reason, last?.prompt_eval_count, last?.eval_count];
    },
    [0, 0],
    [9, 2],
  ],
  [
    'ai over chat completions',
    (origin) => readAi(createOpenAI({ apiKey, baseURL: `${origin}/v1` }).chat('m')),
    [0, 0],
    [9, 2],
  ],
  [
    'ai over responses',
    (origin) => readAi(createOpenAI({ apiKey, baseURL: `${origin}/v1` }).responses('m')),
    [0, 0],
    [0, 0],
  ],
  [
    'ai over messages',
    (origin) => readAi(createAnthropic({ apiKey, baseURL: `${origin}/v1` })('m')),
    [9, 2],
    [9, 2],
  ],
  [
    '@langchain/openai',
    async (origin) => {
      const model = new ChatOpenAI({ apiKey, model: 'm', configuration: { baseURL: `${origin}/v1` } });
      let whole: AIMessageChunk | undefined;
      for await (const chunk of await model.stream('Hi'))
        whole = whole === undefined ? chunk : whole.concat(chunk);
      return [whole?.response_metadata['finish_reason'], ...langchainTokens(whole?.usage_metadata)];
    },
    [0, 0],
    [9, 2],
  ],
];

const ENDINGS: unknown = expect.stringMatching(/^(content[_-]filter|refusal|SAFETY|SPII)$/);

describe('a stream that is withheld ends with usage', () => {
  let upstream: ScriptedUpstream;
  let sidecar: SidecarProcess;
  beforeAll(async () => {
    upstream = await startUpstream(scriptOf(false));
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy: POLICY });
  });
  afterAll(async () => {
    await sidecar.stop();
    await upstream.close();
    await dispatcher.close();
  });

  it.each(READERS)('for %s, where the server has counted nothing yet', async (_name, read, none) => {
    upstream.script = scriptOf(false);
    expect(await read(sidecar.inbound[0] ?? '')).toEqual([ENDINGS, ...none]);
  });

  it.each(READERS)('for %s, as the server counted so far', async (_name, read, _none, counted) => {
    upstream.script = scriptOf(true);
    expect(await read(sidecar.inbound[0] ?? '')).toEqual([ENDINGS, ...counted]);
  });
});
