import { lines } from '../testing/chat-traffic.ts';
import { commandFolder } from '../testing/command-folder.ts';

const { run, file } = commandFolder();

type Step = readonly [tool: string, result: string];

function call(name: string, args: unknown, id = 'now'): object {
  return {
    id,
    type: 'function',
    function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  };
}

function chat(asked: string, steps: readonly Step[], made: object): object {
  const history = steps.flatMap(([name, content], at) => [
    { role: 'assistant', content: null, tool_calls: [call(name, {}, `c${at}`)] },
    { role: 'tool', tool_call_id: `c${at}`, content },
  ]);
  const message = { role: 'assistant', content: null, tool_calls: [made] };
  return {
    dialect: 'openai-chat',
    request: { model: 'm', messages: [{ role: 'user', content: asked }, ...history] },
    response: { choices: [{ index: 0, message, finish_reason: 'tool_calls' }] },
  };
}

const BASE = `# The mail agent.
version: 1
models: { allow: [m] }
action:
  tools:
    # Employees alone write it.
    - { name: find_contact, results: trusted }
    - name: read_inbox # by anybody
`;
const CONTACT: Step = ['find_contact', 'Bob <bob@corp.test>'];
const INBOX: Step = ['read_inbox', 'From carol@corp.test: lunch?'];
const TO_BOB = chat('Tell Bob.', [CONTACT], call('send', { to: 'bob@corp.test', text: 'see you' }));
const TO_ANN = chat('Tell ann@corp.test.', [INBOX], call('send', { to: ['ann@corp.test'] }));
const TO_CAROL = chat('Tell her.', [INBOX], call('send', { to: 'carol@corp.test' }));

async function learned(traffic: readonly object[], ...more: readonly string[]): Promise<string> {
  const argv = [
    'learn',
    '--base',
    await file('p.yaml', BASE),
    '--traffic',
    await file('t.jsonl', lines(...traffic)),
  ];
  const { status, out, err } = await run([...argv, ...more]);
  expect([status, err]).toEqual([0, '']);
  return out;
}

describe('policy learn --traffic, of calls', () => {
  it.each<[string, readonly object[], string]>([
    [
      'unreadable arguments',
      [chat('Hi', [], call('send', 'x'))],
      '    - name: send\n      when: "!exchange.tainted"\n',
    ],
    [
      'a value that only an untrusted result had',
      [TO_CAROL],
      "    - name: send\n      arguments: args.all(name, name in ['to'])\n",
    ],
    [
      'one such value among others',
      [TO_ANN, TO_CAROL],
      "    - name: send\n      arguments: args.all(name, name in ['to'])\n",
    ],
  ])('proposes no sources for %s', async (_name, traffic, expected) => {
    const out = await learned(traffic);
    expect(out.endsWith(`\n${BASE}${expected}`)).toBe(true);
  });

  it('proposes the narrowest sources in which every value stood, and keeps comments and order', async () => {
    const out = await learned([TO_BOB, TO_ANN]);
    expect(out.slice(out.indexOf('# The mail agent.'))).toBe(`${BASE}    - name: send
      arguments: args.all(name, name in ['text', 'to'])
      sources:
        to:
          - user
          - trusted
`);
    expect(out).toContain('#   send: calls 2; arguments text 1, to 2; values of to stand in user, trusted;');
    const proposed = await file('proposed.yaml', out);
    const traffic = await file('t.jsonl', lines(TO_BOB, TO_ANN));
    expect((await run(['test', proposed, '--traffic', traffic])).out).not.toContain('block');
    const attack = await file('a.jsonl', lines(TO_CAROL));
    expect((await run(['test', proposed, '--traffic', attack])).out).toContain('tool.sources');
  });

  it('asks whether results are trusted, and never trusts them itself', async () => {
    const out = await learned([TO_CAROL]);
    expect(out).toContain('#   to of send has values from results of read_inbox\n');
    expect(out.replace(/^#.*$/gm, '').match(/results: trusted/g)).toHaveLength(1);
  });

  it('leaves an entry that is there as it is, and prints a diff where that is asked for', async () => {
    const base = `${BASE}    - { name: send, sources: { to: [user] } }\n`;
    const argv = [
      'learn',
      '--base',
      await file('b.yaml', base),
      '--traffic',
      await file('t.jsonl', lines(TO_BOB)),
    ];
    const { out } = await run(argv);
    expect(out.endsWith(`\n${base}`)).toBe(true);
    expect(out).toContain('# The recorded traffic needs no additions.\n');
    const diff = await learned([TO_ANN], '--output', 'diff');
    expect(diff).toContain('+    - name: send\n');
    expect(diff).not.toContain('-    - name: read_inbox');
  });
});
