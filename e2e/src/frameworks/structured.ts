import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { GoogleGenAI } from '@google/genai';
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI } from '@langchain/openai';
import { Mistral } from '@mistralai/mistralai';
import { Agent, OpenAIProvider, run } from '@openai/agents';
import { generateText, Output, streamText } from 'ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

import { TOOL } from './replies/turn.ts';

/** A caller that requests JSON of a schema and lets its framework parse it. */
export interface StructuredCaller {
  readonly name: string;
  /** The parsed value; null or undefined if the framework returns none. @param origin `http://host:port` */
  ask(origin: string): Promise<unknown>;
}

const PROMPT = 'Which city is it?';
const schema = z.object({ city: z.string() });
const apiKey = 'test-key';
const messages = [{ role: 'user' as const, content: PROMPT }];

function openai(origin: string): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${origin}/v1` });
}

const OPENAI: readonly StructuredCaller[] = [
  {
    name: 'openai, chat.completions.parse',
    ask: async (origin) => {
      const response_format = zodResponseFormat(schema, 'city');
      const reply = await openai(origin).chat.completions.parse({ model: 'm', messages, response_format });
      return reply.choices[0]?.message.parsed;
    },
  },
  {
    name: 'openai, chat.completions.stream',
    ask: async (origin) => {
      const response_format = zodResponseFormat(schema, 'city');
      const stream = openai(origin).chat.completions.stream({ model: 'm', messages, response_format });
      return (await stream.finalChatCompletion()).choices[0]?.message.parsed;
    },
  },
  {
    name: 'openai, responses.parse',
    ask: async (origin) => {
      const text = { format: zodTextFormat(schema, 'city') };
      return (await openai(origin).responses.parse({ model: 'm', input: PROMPT, text })).output_parsed;
    },
  },
  {
    name: 'openai, responses.stream',
    ask: async (origin) => {
      const text = { format: zodTextFormat(schema, 'city') };
      const stream = openai(origin).responses.stream({ model: 'm', input: PROMPT, text });
      return (await stream.finalResponse()).output_parsed;
    },
  },
];

function agents(name: string, useResponses: boolean): readonly StructuredCaller[] {
  const agentOf = async (origin: string) =>
    new Agent({
      name: 'cities',
      instructions: 'Name the city.',
      outputType: schema,
      model: await new OpenAIProvider({ apiKey, baseURL: `${origin}/v1`, useResponses }).getModel('m'),
    });
  return [
    { name: `${name}, run`, ask: async (origin) => (await run(await agentOf(origin), PROMPT)).finalOutput },
    {
      name: `${name}, streamed run`,
      ask: async (origin) => {
        const result = await run(await agentOf(origin), PROMPT, { stream: true });
        await result.completed;
        return result.finalOutput;
      },
    },
  ];
}

type AiModel = Parameters<typeof generateText>[0]['model'];

function ai(name: string, model: (origin: string) => AiModel): readonly StructuredCaller[] {
  const options = (origin: string) => ({
    model: model(origin),
    output: Output.object({ schema }),
    prompt: PROMPT,
  });
  return [
    { name: `${name}, generateText`, ask: async (origin) => (await generateText(options(origin))).output },
    {
      name: `${name}, streamText`,
      ask: async (origin) => streamText({ ...options(origin), onError: () => undefined }).output,
    },
  ];
}

/** Default `maxRetries`: a loop around the SDK, six times. */
function langchain(): readonly StructuredCaller[] {
  const model = (origin: string, options: object) =>
    new ChatOpenAI({ apiKey, model: 'gpt-5', configuration: { baseURL: `${origin}/v1` }, ...options });
  const caller = (
    name: string,
    method: 'jsonSchema' | 'jsonMode' | 'functionCalling',
    options: object = {},
  ): StructuredCaller => ({
    name: `@langchain/openai, ${name}`,
    ask: (origin) =>
      model(origin, options).withStructuredOutput(schema, { method, name: TOOL }).invoke(PROMPT),
  });
  const claude: StructuredCaller = {
    name: '@langchain/anthropic, jsonSchema',
    ask: (origin) =>
      new ChatAnthropic({ apiKey, model: 'claude-sonnet-5', anthropicApiUrl: origin })
        .withStructuredOutput(schema, { method: 'jsonSchema' })
        .invoke(PROMPT),
  };
  return [
    caller('jsonSchema', 'jsonSchema'),
    caller('jsonSchema over responses', 'jsonSchema', { useResponsesApi: true }),
    {
      name: '@langchain/openai, jsonSchema streamed',
      ask: async (origin) => {
        const runnable = model(origin, {}).withStructuredOutput(schema, { method: 'jsonSchema' });
        let last: unknown = null;
        for await (const parsed of await runnable.stream(PROMPT)) last = parsed;
        return last;
      },
    },
    caller('jsonMode', 'jsonMode'),
    caller('functionCalling', 'functionCalling'),
    claude,
  ];
}

const OTHERS: readonly StructuredCaller[] = [
  {
    name: '@anthropic-ai/sdk, messages.parse',
    ask: async (origin) => {
      const client = new Anthropic({ apiKey, baseURL: origin });
      const output_config = { format: zodOutputFormat(schema) };
      const asked = { model: 'claude-sonnet-5', max_tokens: 100, messages, output_config };
      return (await client.messages.parse(asked)).parsed_output;
    },
  },
  {
    name: '@google/genai, generateContent',
    ask: async (origin) => {
      const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: origin } });
      const config = { responseMimeType: 'application/json', responseJsonSchema: z.toJSONSchema(schema) };
      const { text } = await client.models.generateContent({ model: 'm', contents: PROMPT, config });
      return text === undefined ? null : (JSON.parse(text) as unknown);
    },
  },
  {
    name: '@mistralai/mistralai, chat.complete',
    ask: async (origin) => {
      const client = new Mistral({ apiKey, serverURL: origin });
      const jsonSchema = { name: 'city', schemaDefinition: z.toJSONSchema(schema) };
      const responseFormat = { type: 'json_schema' as const, jsonSchema };
      const reply = await client.chat.complete({ model: 'm', messages, responseFormat });
      const content = reply.choices[0]?.message?.content;
      return typeof content === 'string' ? (JSON.parse(content) as unknown) : null;
    },
  },
  {
    name: 'ollama, chat',
    ask: async (origin) => {
      const format = z.toJSONSchema(schema);
      const { message } = await new Ollama({ host: origin }).chat({ model: 'm', messages, format });
      return message.content === '' ? null : (JSON.parse(message.content) as unknown);
    },
  },
];

/** All ways of the frameworks to get JSON of a schema. */
export const CALLERS: readonly StructuredCaller[] = [
  ...OPENAI,
  ...agents('@openai/agents over chat completions', false),
  ...agents('@openai/agents over responses', true),
  ...ai('ai with @ai-sdk/openai over chat completions', (origin) =>
    createOpenAI({ apiKey, baseURL: `${origin}/v1` }).chat('m'),
  ),
  ...ai('ai with @ai-sdk/openai over responses', (origin) =>
    createOpenAI({ apiKey, baseURL: `${origin}/v1` }).responses('m'),
  ),
  ...ai('ai with @ai-sdk/anthropic', (origin) =>
    createAnthropic({ apiKey, baseURL: `${origin}/v1` })('claude-sonnet-4-6'),
  ),
  ...langchain(),
  ...OTHERS,
];
