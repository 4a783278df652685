import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { ChatAnthropic } from '@langchain/anthropic';
import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { tool as langchainTool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { Agent, OpenAIProvider, run, tool as agentsTool } from '@openai/agents';
import { embed, generateText, tool as aiTool } from 'ai';
import { z } from 'zod';

import type { Reach, Shape } from './shape.ts';

const PROMPT = 'What is a tent?';
const NONE = z.object({});

function langchain({ inbound }: Reach, more: object = {}): ChatOpenAI {
  const configuration = { baseURL: `${inbound}/v1` };
  return new ChatOpenAI({ model: 'm', apiKey: 'test', maxRetries: 0, configuration, ...more });
}

function ai({ inbound }: Reach): ReturnType<typeof createOpenAI> {
  return createOpenAI({ apiKey: 'test', baseURL: `${inbound}/v1` });
}

/** An agent of the OpenAI Agents SDK, which asks the Responses API. */
function agent(more: object): Shape['send'] {
  return (reach) => {
    const provider = new OpenAIProvider({ apiKey: 'test', baseURL: `${reach.inbound}/v1` });
    const model = provider.getModel('m');
    return Promise.resolve(model).then((found) =>
      run(new Agent({ name: 'a', instructions: 'Be brief.', model: found, ...more }), PROMPT),
    );
  };
}

const WEATHER = { name: 'get_weather', description: 'd' } as const;

export const FRAMEWORK_SHAPES: readonly Shape[] = [
  {
    name: 'LangChain: an earlier turn',
    send: (reach) =>
      langchain(reach).invoke([
        new HumanMessage(PROMPT),
        new AIMessage('A shelter.'),
        new HumanMessage(PROMPT),
      ]),
    breaks: ['history'],
  },
  {
    name: 'LangChain: a tool',
    send: (reach) =>
      langchain(reach)
        .bindTools([langchainTool(() => 'Sunny.', { ...WEATHER, schema: NONE })])
        .invoke(PROMPT),
    breaks: ['tool_offered'],
  },
  {
    name: 'LangChain: a retriever as a tool',
    send: (reach) =>
      langchain(reach)
        .bindTools([langchainTool(() => '', { name: 'search_blog_docs', description: 'd', schema: NONE })])
        .invoke(PROMPT),
    breaks: ['retrieval', 'tool_offered'],
  },
  {
    name: 'LangChain: a tool whose name says nothing',
    send: (reach) =>
      langchain(reach)
        .bindTools([langchainTool(() => '', { name: 'zap', description: 'd', schema: NONE })])
        .invoke(PROMPT),
    breaks: ['tool_offered'],
    blind: ['tools_unknown'],
  },
  {
    name: 'LangChain: one question',
    send: (reach) => langchain(reach, { temperature: 0 }).invoke(PROMPT),
    breaks: [],
  },
  {
    name: 'LangChain: one question of the Responses API, which stores',
    send: (reach) => langchain(reach, { useResponsesApi: true }).invoke(PROMPT),
    breaks: ['stored'],
  },
  {
    name: 'LangChain: one question of the Responses API under zero data retention',
    send: (reach) => langchain(reach, { useResponsesApi: true, zdrEnabled: true }).invoke(PROMPT),
    breaks: [],
  },
  {
    name: 'LangChain: one question of Anthropic',
    send: (reach) =>
      new ChatAnthropic({ model: 'm', apiKey: 'test', maxRetries: 0, anthropicApiUrl: reach.inbound }).invoke(
        PROMPT,
      ),
    breaks: [],
  },
  {
    name: 'LangChain: embeddings of its own server',
    send: (reach: Reach) =>
      new OpenAIEmbeddings({
        ...{ model: 'm', apiKey: 'test', maxRetries: 0, configuration: { baseURL: `${reach.inbound}/v1` } },
      }).embedQuery(PROMPT),
    breaks: [],
  },
  {
    name: 'AI SDK: a tool that sends',
    send: (reach) =>
      generateText({
        ...{ model: ai(reach).chat('m'), prompt: PROMPT },
        tools: { sendEmail: aiTool({ description: 'd', inputSchema: NONE, execute: () => '' }) },
      }),
    breaks: ['tool_offered', 'acting_tool'],
  },
  {
    name: 'AI SDK: web search of the provider',
    send: (reach) =>
      generateText({
        ...{ model: ai(reach).responses('m'), prompt: PROMPT, providerOptions: { openai: { store: false } } },
        tools: { web_search: ai(reach).tools.webSearch({}) as never },
      }),
    breaks: ['retrieval', 'tool_offered', 'provider_tool'],
  },
  {
    name: 'AI SDK: one question of the Responses API, which stores',
    send: (reach) => generateText({ model: ai(reach).responses('m'), prompt: PROMPT }),
    breaks: ['stored'],
  },
  {
    name: 'AI SDK: one question',
    send: (reach) => generateText({ model: ai(reach).chat('m'), prompt: PROMPT, maxOutputTokens: 9 }),
    breaks: [],
  },
  {
    name: 'AI SDK: one question of Anthropic',
    send: ({ inbound }) =>
      generateText({
        model: createAnthropic({ apiKey: 'test', baseURL: `${inbound}/v1` })('m'),
        prompt: PROMPT,
        maxOutputTokens: 9,
      }),
    breaks: [],
  },
  {
    name: 'AI SDK: embeddings of its own server',
    send: (reach) => embed({ model: ai(reach).embedding('m'), value: PROMPT }),
    breaks: [],
  },
  { name: 'Agents SDK: stored unless told otherwise', send: agent({}), breaks: ['stored'] },
  {
    name: 'Agents SDK: a tool',
    send: agent({
      modelSettings: { store: false },
      tools: [agentsTool({ ...WEATHER, parameters: NONE, execute: () => 'Sunny.' })],
    }),
    breaks: ['tool_offered'],
  },
  {
    name: 'Agents SDK: a handoff to another agent',
    send: agent({ modelSettings: { store: false }, handoffs: [new Agent({ name: 'refunds' })] }),
    breaks: ['tool_offered', 'acting_tool'],
  },
  { name: 'Agents SDK: not stored', send: agent({ modelSettings: { store: false } }), breaks: [] },
];
