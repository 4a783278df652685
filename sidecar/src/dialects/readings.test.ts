import fc from 'fast-check';

import type { Prompt } from '../exchange/index.ts';
import { anthropicMessages } from './anthropic-messages/index.ts';
import type { Dialect } from './dialect.ts';
import { keepReadings, KeptMember, parseJsonWith } from './json/index.ts';
import { ollamaChat } from './ollama/index.ts';
import { openaiChat } from './openai-chat/index.ts';
import { openaiResponses } from './openai-responses/index.ts';

const words = fc.constantFrom('Finds a ship', 'AKIAIOSFODNN7EXAMPLE', 'x', '4111 1111 1111 1111', '');
const schema = fc.record({
  type: fc.constant('object'),
  properties: fc.dictionary(fc.constantFrom('name', 'a b', 'ship'), fc.record({ description: words })),
});
const name = fc.constantFrom('find_ship', 'read', 'send_mail');
const more = fc.dictionary(fc.constantFrom('note', 'extra words', 'strict'), fc.oneof(words, fc.integer()));
function tool(shape: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  return fc.tuple(fc.record(shape), more).map(([own, others]): object => ({ ...others, ...own }));
}
const inFunction = tool({
  type: fc.constantFrom('function', 'web_search'),
  function: fc.record({ name, description: words, parameters: schema }),
});
const exactly = fc.record({
  type: fc.constant('function'),
  function: fc.record({ name, description: words, parameters: schema }),
});
const flat = tool({
  type: fc.constantFrom('function', 'web_search'),
  name,
  description: words,
  parameters: schema,
});
const ofAnthropic = tool({ name, description: words, input_schema: schema });

const messages = fc.array(fc.record({ role: fc.constant('user'), content: words }), { minLength: 1 });

test.each<[Dialect, fc.Arbitrary<object>, string]>([
  [openaiChat, inFunction, 'messages'],
  [openaiResponses, flat, 'input'],
  [anthropicMessages, ofAnthropic, 'messages'],
  [ollamaChat, exactly, 'messages'],
])('tools that come again are read as the first time: %#', (dialect, one, key) => {
  fc.assert(
    fc.property(fc.array(one), messages, messages, (tools, first, second) => {
      const bodyOf = (said: unknown, behind: object): Buffer =>
        Buffer.from(JSON.stringify({ model: 'm', max_tokens: 9, [key]: said, tools, ...behind }));
      const read = (body: Buffer, kept: readonly KeptMember[]): Prompt | string => {
        try {
          return dialect.prompt(parseJsonWith(body, kept).value, {
            model: null,
            stream: null,
            framing: 'sse',
          });
        } catch (error) {
          return String(error);
        }
      };
      const offersOf = (prompt: Prompt | string): readonly unknown[] =>
        typeof prompt === 'string' ? [] : prompt.offers;
      const member = KeptMember.of(parseJsonWith(bodyOf(first, {}), []), 'tools');
      if (member === null) throw new Error('nothing is kept');
      keepReadings(member.value);
      for (const [said, behind] of [
        [first, {}],
        [second, { metadata: { note: 'behind the tools' } }],
        [first, { user: 'bob@example.com' }],
        [second, {}],
      ] as const) {
        const body = bodyOf(said, behind);
        expect(read(body, [member])).toEqual(read(body, []));
      }
      const [one, other] = [read(bodyOf(first, {}), [member]), read(bodyOf(second, {}), [member])];
      offersOf(one).forEach((offer, at) => expect(offersOf(other)[at]).toBe(offer));
    }),
    { numRuns: 40 },
  );
});
