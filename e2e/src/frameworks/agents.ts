import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { GoogleGenAI } from '@google/genai';
import { ChatAnthropic } from '@langchain/anthropic';
import { HumanMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import { tool as langchainTool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { Mistral } from '@mistralai/mistralai';
import { Agent, OpenAIProvider, run, tool as agentsTool } from '@openai/agents';
import { generateText, stepCountIs, streamText, tool as aiTool } from 'ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { z } from 'zod';

import { TOOL } from './replies/turn.ts';

/** What an agent came to. */
export interface Outcome {
  /** Its last words. */
  readonly text: string;
  /** The arguments with which its tool was called, in order. */
  readonly calls: readonly unknown[];
}

/** An agent that asks for the weather, calls its tool and answers, as a framework writes it. */
export interface FrameworkAgent {
  readonly name: string;
  /** @param origin `http://host:port` of the model server, or of the boundary before it */
  run(origin: string): Promise<Outcome>;
}

const PROMPT = 'What is the weather in Paris?';
const DESCRIPTION = 'The weather in a city.';
const parameters = z.object({ city: z.string() });
const RESULT = 'sunny, 24 degrees';
const apiKey = 'test-key';

/** The tool, which notes its calls. */
class Weather {
  readonly calls: unknown[] = [];
  readonly execute = (input: unknown): Promise<string> => {
    this.calls.push(input);
    return Promise.resolve(RESULT);
  };
}

async function withWeather(work: (weather: Weather) => Promise<string>): Promise<Outcome> {
  const weather = new Weather();
  const text = await work(weather);
  return { text, calls: weather.calls };
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
      run: (origin) => withWeather(async (weather) => (await generateText(options(origin, weather))).text),
    },
    {
      name: `${name}, streamText`,
      run: (origin) =>
        withWeather(
          async (weather) => streamText({ ...options(origin, weather), onError: () => undefined }).text,
        ),
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
        if (calls.length === 0) return answer.text;
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

const OPENAI_TOOL = {
  type: 'function' as const,
  function: {
    name: TOOL,
    description: DESCRIPTION,
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

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
    return last.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  });
}

/** Two turns by hand: `turn` sends the history and gives the calls and the text of the answer. */
async function twoTurns<Message>(
  weather: Weather,
  turn: (history: readonly Message[]) => Promise<{
    readonly said: readonly Message[];
    readonly calls: readonly { readonly args: unknown; readonly result: (text: string) => Message }[];
    readonly text: string;
  }>,
  first: Message,
): Promise<string> {
  const history: Message[] = [first];
  for (let step = 0; step < 4; step++) {
    const { said, calls, text } = await turn(history);
    if (calls.length === 0) return text;
    history.push(...said);
    for (const { args, result } of calls) history.push(result(await weather.execute(args)));
  }
  throw new Error('it never answered');
}

function mistral(origin: string): Promise<Outcome> {
  const client = new Mistral({ apiKey, serverURL: origin });
  type Message = Parameters<typeof client.chat.complete>[0]['messages'][number];
  return withWeather((weather) =>
    twoTurns<Message>(
      weather,
      async (messages) => {
        const reply = await client.chat.complete({
          model: 'm',
          messages: [...messages],
          tools: [OPENAI_TOOL],
        });
        const message = reply.choices[0]?.message;
        const calls = (message?.toolCalls ?? []).map((call) => ({
          args:
            typeof call.function.arguments === 'string'
              ? (JSON.parse(call.function.arguments) as unknown)
              : call.function.arguments,
          result: (content: string): Message => ({
            role: 'tool',
            content,
            name: TOOL,
            ...(call.id === undefined ? {} : { toolCallId: call.id }),
          }),
        }));
        return {
          said: message === undefined ? [] : [{ ...message, role: 'assistant' }],
          calls,
          text: typeof message?.content === 'string' ? message.content : '',
        };
      },
      { role: 'user', content: PROMPT },
    ),
  );
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

function gemini(origin: string): Promise<Outcome> {
  const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: origin } });
  const declaration = {
    name: TOOL,
    description: DESCRIPTION,
    parametersJsonSchema: OPENAI_TOOL.function.parameters,
  };
  return withWeather(async (weather) => {
    const chat = client.chats.create({
      model: 'm',
      config: { tools: [{ functionDeclarations: [declaration] }] },
    });
    let message: Parameters<typeof chat.sendMessageStream>[0]['message'] = PROMPT;
    for (let turn = 0; turn < 4; turn++) {
      const calls = [];
      let text = '';
      for await (const chunk of await chat.sendMessageStream({ message })) {
        calls.push(...(chunk.functionCalls ?? []));
        text += calls.length === 0 ? (chunk.text ?? '') : '';
      }
      if (calls.length === 0) return text;
      message = await Promise.all(
        calls.map(async ({ name, args }) => ({
          functionResponse: { name: name ?? '', response: { output: await weather.execute(args) } },
        })),
      );
    }
    throw new Error('it never answered');
  });
}

function ollama(origin: string): Promise<Outcome> {
  const client = new Ollama({ host: origin });
  type Message = NonNullable<Parameters<typeof client.chat>[0]['messages']>[number];
  return withWeather((weather) =>
    twoTurns<Message>(
      weather,
      async (messages) => {
        const parts = [];
        for await (const part of await client.chat({
          model: 'm',
          messages: [...messages],
          tools: [OPENAI_TOOL],
          stream: true,
        }))
          parts.push(part.message);
        const calls = parts.flatMap((part) => part.tool_calls ?? []);
        const text = parts.map((part) => part.content).join('');
        return {
          said: [{ role: 'assistant', content: text, tool_calls: calls }],
          calls: calls.map((call) => ({
            args: call.function.arguments,
            result: (content): Message => ({ role: 'tool', content, tool_name: TOOL }),
          })),
          text,
        };
      },
      { role: 'user', content: PROMPT },
    ),
  );
}

/** Every framework in the versions that package.json pins; the table of the guide is made from their names. */
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
