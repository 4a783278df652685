import { z } from 'zod';

import { TOOL } from './replies/turn.ts';

/** Result of an agent's run. */
export interface Outcome {
  /** Its final text. */
  readonly text: string;
  /** The arguments with which its tool was called, in order. */
  readonly calls: readonly unknown[];
  /** The finish reason of its last turn, in the framework's terms; null if not shown. */
  readonly reason: string | null;
}

export const PROMPT = 'What is the weather in Paris?';
export const DESCRIPTION = 'The weather in a city.';
export const parameters = z.object({ city: z.string() });
export const RESULT = 'sunny, 24 degrees';
export const apiKey = 'test-key';

export const OPENAI_TOOL = {
  type: 'function' as const,
  function: {
    name: TOOL,
    description: DESCRIPTION,
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

/** The tool, which records its calls. */
export class Weather {
  readonly calls: unknown[] = [];
  readonly execute = (input: unknown): Promise<string> => {
    this.calls.push(input);
    return Promise.resolve(RESULT);
  };
}

/** Its final text, with the reason if the framework shows one. */
export type Said = string | { readonly text: string; readonly reason: string | null };

export async function withWeather(work: (weather: Weather) => Promise<Said>): Promise<Outcome> {
  const weather = new Weather();
  const said = await work(weather);
  return { calls: weather.calls, ...(typeof said === 'string' ? { text: said, reason: null } : said) };
}
