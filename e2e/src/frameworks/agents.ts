import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { ChatAnthropic } from '@langchain/anthropic';
import { HumanMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import { tool as langchainTool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { Agent, OpenAIProvider, run, tool as agentsTool } from '@openai/agents';
import { generateText, stepCountIs, streamText, tool as aiTool } from 'ai';
import OpenAI from 'openai';

import { TOOL } from './replies/turn.ts';
import { gemini, mistral, ollama } from './sdk-loops.ts';
import {
  apiKey,
  DESCRIPTION,
  OPENAI_TOOL,
  parameters,
  PROMPT,
  withWeather,
  type Outcome,
  type Weather,
} from './weather.ts';

/** An agent that asks for the weather, calls its tool and answers, as a user of the framework writes it. */
export interface FrameworkAgent {
  readonly name: string;
  /** @param origin `http://host:port` of the model server, or of the boundary in front of it */
  run(origin: string): Promise<Outcome>;
}

type AiModel = Parameters<typeof generateText>[0]['model'];

function aiAgents(name: string, model: (origin: string) => AiModel): readonly FrameworkAgent[] {
  const options = (origin: string, weather: Weather) => ({
    model: model(origin),
    prompt: PROMPT,
    maxOutputTokens: 200,
    tools: {
      [TOOL]: aiTool({ description: DESCRIPTION, inputSchema: parameters, execute: weather.execute }),
    },
    stopWhen: stepCountIs(4),
  });
  return [
    {
      name: `${name}, generateText`,
      run: (origin) =>
        withWeather(async (weather) => {
          const { text, finishReason } = await generateText(options(origin, weather));
          return { text, reason: finishReason };
        }),
    },
    {
      name: `${name}, streamText`,
      run: (origin) =>
        withWeather(async (weather) => {
          const result = streamText({ ...options(origin, weather), onError: () => undefined });
          return { text: await result.text, reason: await result.finishReason };
        }),
    },
  ];
}

type LangchainModel = Pick<ChatOpenAI | ChatAnthropic, 'bindTools'>;

function langchainAgents(name: string, model: (origin: string) => LangchainModel): readonly FrameworkAgent[] {
  const loop = (origin: string, streamed: boolean): Promise<Outcome> =>
    withWeather(async (weather) => {
      const weatherTool = langchainTool(weather.execute, {
        name: TOOL,
        description: DESCRIPTION,
        schema: parameters,
      });
      const bound = model(origin).bindTools([weatherTool]);
      const history: BaseMessage[] = [new HumanMessage(PROMPT)];
      for (let turn = 0; turn < 4; turn++) {
        let answer;
        if (streamed) {
          for await (const chunk of await bound.stream(history))
            answer = answer === undefined ? chunk : answer.concat(chunk);
        } else answer = await bound.invoke(history);
        if (answer === undefined) throw new Error('the stream was empty');
        history.push(answer);
        const calls = answer.tool_calls ?? [];
        if (calls.length === 0)
          return { text: answer.text, reason: langchainReason(answer.response_metadata) };
        for (const call of calls)
          history.push(
            new ToolMessage({ content: await weather.execute(call.args), tool_call_id: call.id ?? '' }),
          );
      }
      throw new Error('it never answered');
    });
  return [
    { name: `${name}, invoke`, run: (origin) => loop(origin, false) },
    { name: `${name}, stream`, run: (origin) => loop(origin, true) },
  ];
}

function langchainReason(metadata: Readonly<Record<string, unknown>>): string | null {
  const reason = metadata['finish_reason'] ?? metadata['stop_reason'];
  return typeof reason === 'string' ? reason : null;
}

function openaiAgents(name: string, useResponses: boolean): readonly FrameworkAgent[] {
  const agentOf = async (origin: string, weather: Weather) =>
    new Agent({
      name: 'weather',
      instructions: 'Answer questions about the weather.',
      model: await new OpenAIProvider({ apiKey, baseURL: `${origin}/v1`, useResponses }).getModel('m'),
      tools: [agentsTool({ name: TOOL, description: DESCRIPTION, parameters, execute: weather.execute })],
    });
  return [
    {
      name: `${name}, run`,
      run: (origin) =>
        withWeather(async (weather) => (await run(await agentOf(origin, weather), PROMPT)).finalOutput ?? ''),
    },
    {
      name: `${name}, streamed run`,
      run: (origin) =>
        withWeather(async (weather) => {
          const result = await run(await agentOf(origin, weather), PROMPT, { stream: true });
          await result.completed;
          return result.finalOutput ?? '';
        }),
    },
  ];
}

function anthropicClient(origin: string): Anthropic {
  return new Anthropic({ apiKey, baseURL: origin });
}

function anthropicRunner(origin: string, stream: boolean): Promise<Outcome> {
  return withWeather(async (weather) => {
    const runner = anthropicClient(origin).beta.messages.toolRunner({
      model: 'm',
      max_tokens: 200,
      messages: [{ role: 'user', content: PROMPT }],
      tools: [
        betaZodTool({ name: TOOL, description: DESCRIPTION, inputSchema: parameters, run: weather.execute }),
      ],
      ...(stream ? { stream: true as const } : {}),
    });
    const last = await runner.runUntilDone();
    const text = last.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    return { text, reason: last.stop_reason };
  });
}

function openaiRunTools(origin: string, stream: boolean): Promise<Outcome> {
  const client = new OpenAI({ apiKey, baseURL: `${origin}/v1` });
  return withWeather(async (weather) => {
    const tools = [
      {
        type: 'function' as const,
        function: {
          ...OPENAI_TOOL.function,
          parse: (text: string): object => JSON.parse(text) as object,
          function: weather.execute,
        },
      },
    ];
    const messages = [{ role: 'user' as const, content: PROMPT }];
    const runner = stream
      ? client.chat.completions.runTools({ model: 'm', messages, tools, stream: true })
      : client.chat.completions.runTools({ model: 'm', messages, tools });
    return (await runner.finalContent()) ?? '';
  });
}

/** Every framework in the versions that package.json pins; the table of the guide is generated from their names. */
export const AGENTS: readonly FrameworkAgent[] = [
  { name: 'openai, runTools', run: (origin) => openaiRunTools(origin, false) },
  { name: 'openai, runTools streamed', run: (origin) => openaiRunTools(origin, true) },
  ...openaiAgents('@openai/agents over chat completions', false),
  ...openaiAgents('@openai/agents over responses', true),
  { name: '@anthropic-ai/sdk, toolRunner', run: (origin) => anthropicRunner(origin, false) },
  { name: '@anthropic-ai/sdk, toolRunner streamed', run: (origin) => anthropicRunner(origin, true) },
  ...aiAgents('ai with @ai-sdk/openai over chat completions', (origin) =>
    createOpenAI({ apiKey, baseURL: `${origin}/v1` }).chat('m'),
  ),
  ...aiAgents('ai with @ai-sdk/openai over responses', (origin) =>
    createOpenAI({ apiKey, baseURL: `${origin}/v1` }).responses('m'),
  ),
  ...aiAgents('ai with @ai-sdk/anthropic', (origin) =>
    createAnthropic({ apiKey, baseURL: `${origin}/v1` })('m'),
  ),
  ...langchainAgents(
    '@langchain/openai',
    (origin) => new ChatOpenAI({ apiKey, model: 'm', configuration: { baseURL: `${origin}/v1` } }),
  ),
  ...langchainAgents(
    '@langchain/anthropic',
    (origin) => new ChatAnthropic({ apiKey, model: 'm', anthropicApiUrl: origin }),
  ),
  { name: '@mistralai/mistralai', run: mistral },
  { name: '@google/genai, chat streamed', run: gemini },
  { name: 'ollama, chat streamed', run: ollama },
];
