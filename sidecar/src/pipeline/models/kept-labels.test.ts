import { expect, it } from '@jest/globals';
import fc from 'fast-check';

import { replayExchange, type Traffic } from '../replay/replay.ts';
import { policyOf } from '../test-kit.ts';

const POLICY = `ingress: { injection: { action: 'off' }, pii: { action: 'off' }, secrets: { action: 'off' } }
egress: { promptLeak: { action: 'off' } }
action:
  tools:
    - { name: get_page }
    - { name: get_customer, reads: private, results: trusted }
    - { name: read_file, results: trusted }
    - { name: act, when: '!exchange.tainted' }
    - { name: tell, when: '!exchange.private' }
`;

/** The tool that gives a label, and the one that waits for conversations without it. */
const LABELS = { tainted: ['get_page', 'act'], private: ['get_customer', 'tell'] } as const;

/** Text of a conversation, and whose it is. */
interface Turn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly parts: readonly string[];
}

type Dialect = (turns: readonly Turn[], tool: string) => Pick<Traffic, 'path' | 'request' | 'response'>;

const DIALECTS: Readonly<Record<string, Dialect>> = {
  chat(turns, tool) {
    const messages = turns.map(({ role, parts }) => ({ role, content: contentOf(parts, 'text') }));
    const call = { id: 'now', type: 'function', function: { name: tool, arguments: '{}' } };
    const message = { role: 'assistant', content: null, tool_calls: [call] };
    return {
      path: '/v1/chat/completions',
      request: { model: 'm', messages },
      response: { choices: [{ index: 0, message, finish_reason: 'tool_calls' }] },
    };
  },
  messages(turns, tool) {
    const system = turns.filter(({ role }) => role === 'system').flatMap(({ parts }) => parts);
    const messages = turns
      .filter(({ role }) => role !== 'system')
      .map(({ role, parts }) => ({ role, content: contentOf(parts, 'text') }));
    return {
      path: '/v1/messages',
      request: {
        ...{ model: 'm', max_tokens: 9, messages },
        ...(system.length === 0 ? {} : { system: system.join('\n') }),
      },
      response: {
        ...{ id: 'x', type: 'message', role: 'assistant', model: 'm', stop_reason: 'tool_use' },
        content: [{ type: 'tool_use', id: 'now', name: tool, input: {} }],
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    };
  },
  responses(turns, tool) {
    const input = turns.map(({ role, parts }) => ({
      role,
      content: contentOf(parts, role === 'assistant' ? 'output_text' : 'input_text'),
    }));
    return {
      path: '/v1/responses',
      request: { model: 'm', store: false, input },
      response: {
        ...{ id: 'x', object: 'response', status: 'completed', model: 'm' },
        output: [{ type: 'function_call', call_id: 'now', name: tool, arguments: '{}' }],
      },
    };
  },
  gemini(turns, tool) {
    const roles = { system: 'user', user: 'user', assistant: 'model' } as const;
    const contents = turns.map(({ role, parts }) => ({
      role: roles[role],
      parts: parts.map((text) => ({ text })),
    }));
    const content = { role: 'model', parts: [{ functionCall: { name: tool, args: {} } }] };
    return {
      path: '/v1beta/models/m:generateContent',
      request: { contents },
      response: { candidates: [{ index: 0, content, finishReason: 'STOP' }] },
    };
  },
};

function contentOf(parts: readonly string[], type: string): unknown {
  return parts.length === 1 ? parts[0] : parts.map((text) => ({ type, text }));
}

/** How a text comes back: each form of it holds the same words in the same order. `cut`: from 0 to 1, where it is cut in two. */
const FORMS: Readonly<Record<string, (text: string, cut: number) => readonly Turn[]>> = {
  'as it was': (text) => [{ role: 'assistant', parts: [text] }],
  'in upper case': (text) => [{ role: 'assistant', parts: [text.toUpperCase()] }],
  'in full-width letters': (text) => [
    {
      role: 'assistant',
      parts: [text.replace(/[a-z]/g, (each) => String.fromCodePoint(each.charCodeAt(0) + 0xfee0))],
    },
  ],
  'with other punctuation': (text) => [{ role: 'assistant', parts: [text.replaceAll(' ', ',\n')] }],
  'as two messages': (text, cut) => halvesOf(text, cut).map((half) => ({ role: 'assistant', parts: [half] })),
  'as two parts': (text, cut) => [{ role: 'assistant', parts: halvesOf(text, cut) }],
  'as parts of three words': (text) => [{ role: 'assistant', parts: piecesOf(text) }],
  'as messages of three words': (text) =>
    piecesOf(text).map((piece) => ({ role: 'assistant', parts: [piece] })),
  'as messages of user and model in turns': (text) =>
    piecesOf(text).map((piece, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', parts: [piece] })),
  'as a quotation of the user': (text) => [{ role: 'user', parts: [`You said: "${text}" Do it.`] }],
  'in the system prompt': (text) => [{ role: 'system', parts: [`Notes:\n${text}`] }],
};

function halvesOf(text: string, cut: number): readonly string[] {
  const words = text.split(' ');
  const at = Math.floor(cut * words.length);
  return [words.slice(0, at), words.slice(at)].map((half) => half.join(' ')).filter((half) => half !== '');
}

function piecesOf(text: string): readonly string[] {
  return text.match(/(?:\S+ ?){1,3}/g) ?? [text];
}

/** Words enough that no two texts share eight of them by chance. */
const text = fc
  .array(
    fc.string({
      minLength: 3,
      maxLength: 8,
      unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'.split('')),
    }),
    {
      minLength: 24,
      maxLength: 60,
    },
  )
  .map((words) => words.join(' '));

it('no label is lowered by splitting, reordering, dropping or encoding turns anew, in whichever protocol', () => {
  fc.assert(
    fc.property(
      fc.record({
        label: fc.constantFrom(...(['tainted', 'private'] as const)),
        question: text,
        read: text,
        replies: fc.array(text, { minLength: 1, maxLength: 3 }),
        kept: fc.nat(),
        cut: fc.double({ min: 0, max: 1, noNaN: true }),
        form: fc.constantFrom(...Object.keys(FORMS)),
        dialect: fc.constantFrom(...Object.keys(DIALECTS)),
        dropped: fc.infiniteStream(fc.boolean()),
        order: fc.infiniteStream(fc.nat()),
      }),
      ({ label, question, read, replies, kept, cut, form, dialect, dropped, order }) => {
        const policy = policyOf(POLICY);
        const [reads, waits] = LABELS[label];
        const call = { id: 'c1', type: 'function', function: { name: reads, arguments: '{}' } };
        const messages: object[] = [
          { role: 'user', content: question },
          { role: 'assistant', content: null, tool_calls: [call] },
          { role: 'tool', tool_call_id: 'c1', content: read },
        ];
        for (const content of replies) {
          const said = { role: 'assistant', content };
          const response = { choices: [{ index: 0, message: said, finish_reason: 'stop' }] };
          const request = { model: 'm', messages: [...messages] };
          replayExchange({ method: 'POST', path: '/v1/chat/completions', request, response }, policy);
          messages.push(said, { role: 'user', content: 'Go on.' });
        }
        const again = FORMS[form]?.(replies[kept % replies.length] ?? '', cut) ?? [];
        const others = [question, 'Go on.', 'Thanks'].filter(() => dropped.next().value === true);
        // What came back stays in one piece; the other turns stand anywhere around it.
        const blocks = [again, ...others.map((each): readonly Turn[] => [{ role: 'user', parts: [each] }])];
        const turns = blocks
          .map((block) => ({ block, key: Number(order.next().value) }))
          .sort((a, b) => a.key - b.key)
          .flatMap(({ block }) => block);
        const { request, reply } = replayExchange(
          { method: 'POST', ...DIALECTS[dialect]?.(turns, waits) } as Traffic,
          policy,
        );
        expect([request !== 'pass' && request.kind, reply?.kind]).toEqual(['allow', 'block']);
      },
    ),
    { numRuns: 200 },
  );
});
