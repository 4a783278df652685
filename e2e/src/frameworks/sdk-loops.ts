import { GoogleGenAI } from '@google/genai';
import { Mistral } from '@mistralai/mistralai';
import { Ollama } from 'ollama';

import { TOOL } from './replies/turn.ts';
import {
  apiKey,
  DESCRIPTION,
  OPENAI_TOOL,
  PROMPT,
  withWeather,
  type Outcome,
  type Said,
  type Weather,
} from './weather.ts';

/** Two turns without a framework: `turn` sends the history and returns the calls and the text of the answer. */
async function twoTurns<Message>(
  weather: Weather,
  turn: (history: readonly Message[]) => Promise<{
    readonly said: readonly Message[];
    readonly calls: readonly { readonly args: unknown; readonly result: (text: string) => Message }[];
    readonly text: string;
    readonly reason?: string | null;
  }>,
  first: Message,
): Promise<Said> {
  const history: Message[] = [first];
  for (let step = 0; step < 4; step++) {
    const { said, calls, text, reason = null } = await turn(history);
    if (calls.length === 0) return { text, reason };
    history.push(...said);
    for (const { args, result } of calls) history.push(result(await weather.execute(args)));
  }
  throw new Error('it never answered');
}

export function mistral(origin: string): Promise<Outcome> {
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
          reason: reply.choices[0]?.finishReason ?? null,
        };
      },
      { role: 'user', content: PROMPT },
    ),
  );
}

export function gemini(origin: string): Promise<Outcome> {
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

export function ollama(origin: string): Promise<Outcome> {
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
