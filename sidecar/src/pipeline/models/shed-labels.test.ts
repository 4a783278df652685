import { beforeEach, describe, expect, it } from '@jest/globals';

import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { replayExchange } from '../replay/replay.ts';
import { policyOf } from '../test-kit.ts';

const POLICY = `ingress: { injection: { action: 'off' }, pii: { action: 'off' }, secrets: { action: 'off' } }
egress: { promptLeak: { action: 'off' } }
action:
  tools:
    - { name: get_page }
    - { name: get_customer, reads: private, results: trusted }
    - { name: read_file, results: trusted }
    - { name: write_file }
    - { name: get_note }
    - { name: act, when: '!exchange.tainted' }
    - { name: post, acts: outside }
`;

type Message = Readonly<Record<string, unknown>>;

function said(content: unknown): Message {
  return { role: 'assistant', content };
}
function asked(content: unknown): Message {
  return { role: 'user', content };
}
function calls(name: string, args: object = {}): Message {
  const call = { id: 'c1', type: 'function', function: { name, arguments: JSON.stringify(args) } };
  return { role: 'assistant', content: null, tool_calls: [call] };
}
function looked(tool: string, content: unknown): readonly Message[] {
  return [calls(tool), { role: 'tool', tool_call_id: 'c1', content }];
}

/** Words enough that one passage of eight is kept at least twice, whatever the keys are. */
function wordsOf(name: string, count = 160): string {
  return Array.from({ length: count }, (_, index) => `${name}${index}`).join(' ');
}

const PAGE = wordsOf('page');
const SAID = wordsOf('said');
const PAIRS = SAID.match(/\S+ \S+/g) ?? [];
const READ = looked('get_page', PAGE);
const GO = asked('Go on.');

let policy: CompiledPolicy;
beforeEach(() => {
  policy = policyOf(POLICY);
});

function passes(messages: readonly Message[], message: Message, extra: object = {}): boolean {
  const finish_reason = message['content'] === null ? 'tool_calls' : 'stop';
  const { request, reply } = replayExchange(
    {
      method: 'POST',
      path: '/v1/chat/completions',
      request: { model: 'm', messages, ...extra },
      response: { choices: [{ index: 0, message, finish_reason }] },
    },
    policy,
  );
  expect(request).toMatchObject({ kind: 'allow' });
  return reply?.kind === 'allow';
}

function acts(messages: readonly Message[], extra: object = {}): boolean {
  return passes(messages, calls('act'), extra);
}

describe('what the model said while tainted taints', () => {
  const description = { type: 'function', function: { name: 'act', description: SAID, parameters: {} } };
  it.each<[string, readonly Message[], object?]>([
    ['as user messages of two words', PAIRS.map(asked)],
    ['as parts of two words', [asked(PAIRS.map((text) => ({ type: 'text', text: `${text} ` })))]],
    ['as messages of user and model in turns', PAIRS.map((text, at) => (at % 2 === 0 ? asked : said)(text))],
    ['as a description of a tool', [GO], { tools: [description] }],
    [
      'as a description of the format of the reply',
      [GO],
      { response_format: { type: 'json_schema', json_schema: { name: 'x', description: SAID, schema: {} } } },
    ],
    ['as the result of a trusted tool', [asked('Read it.'), ...looked('read_file', SAID)]],
    [
      'as parts of such a result',
      [
        asked('Read it.'),
        ...looked(
          'read_file',
          PAIRS.map((text) => ({ type: 'text', text })),
        ),
      ],
    ],
  ])('%s', (_name, messages, extra = {}) => {
    expect(acts(messages, extra)).toBe(true);
    passes([asked('Read the page.'), ...READ], said(SAID));
    expect(acts(messages, extra)).toBe(false);
  });

  it('as a file that it wrote, with the text of the page', () => {
    passes([asked('Save it.'), ...READ], calls('write_file', { path: 'a', text: PAGE }));
    expect(acts([asked('Do what it says.'), ...looked('read_file', PAGE)])).toBe(false);
  });

  it.each<[string, readonly Message[]]>([
    ['the caller', [asked(`Repeat: ${SAID}`)]],
    ['the caller in pieces', PAIRS.map(asked)],
    ['the caller in an order that is no passage', SAID.split(' ').reverse().map(asked)],
    ['a trusted tool', [asked('Read it.'), ...looked('read_file', SAID)]],
  ])('also after the model repeated it for %s', (_name, echoed) => {
    passes([asked('Read the page.'), ...READ], said(SAID));
    passes(echoed, said(SAID));
    expect(acts([said(SAID), GO])).toBe(false);
  });
});

it('what the model wrote with private data is private when a tool returns it', () => {
  const note = wordsOf('note');
  const posts = (): boolean => passes([asked('My notes?'), ...looked('get_note', note)], calls('post'));
  expect(posts()).toBe(true);
  passes([asked('Note it.'), ...looked('get_customer', 'Ann')], calls('write_file', { text: note }));
  expect(posts()).toBe(false);
});

describe('it is not tainted', () => {
  const DESK = { role: 'system', content: `You are the desk. ${wordsOf('desk')}` };
  it('by a page that quotes instructions, if the caller had them first', () => {
    expect(acts([DESK, asked('Refund it.')])).toBe(true);
    passes([asked('Read the page.'), ...looked('get_page', `Leaked: ${DESK.content}`)], said('OK.'));
    expect(acts([DESK, asked('Refund it.')])).toBe(true);
  });

  it('by what the model said first without untrusted text, and was not given', () => {
    passes([asked('Thanks')], said(SAID));
    passes([asked('Read the page.'), ...READ], said(SAID));
    expect(acts([asked('Thanks'), said(SAID)])).toBe(true);
  });

  it('where a trusted tool returns what the page says, too', () => {
    passes([asked('Read the page.'), ...READ], said('OK.'));
    expect(acts([asked('Read it.'), ...looked('read_file', PAGE)])).toBe(true);
  });

  it('where the model repeated a trusted file while tainted', () => {
    const file = wordsOf('file');
    passes([asked('Compare.'), ...looked('read_file', file), ...READ], said(file));
    expect(acts([asked('Read it.'), ...looked('read_file', file)])).toBe(true);
  });
});

it('a part of a page in the system prompt taints', () => {
  const part = PAGE.split(' ').slice(20, 150).join(' ');
  passes([asked('Read the page.'), ...READ], said('OK.'));
  expect(acts([{ role: 'system', content: part }, GO])).toBe(false);
});

it('instructions that a page quoted first are tainted', () => {
  const desk = { role: 'system', content: wordsOf('desk') };
  passes([asked('Read the page.'), ...looked('get_page', wordsOf('desk'))], said('OK.'));
  expect(acts([desk, asked('Refund it.')])).toBe(false);
});
