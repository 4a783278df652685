import { lines } from '../testing/chat-traffic.ts';
import { commandFolder } from '../testing/command-folder.ts';

const { run, file } = commandFolder();

const CHAT = {
  type: 'function',
  function: { name: 'look_up', description: 'Looks it up.', parameters: { type: 'object' } },
};
const MESSAGES = { name: 'look_up', description: 'Looks it up.', input_schema: { type: 'object' } };

function chat(...tools: readonly object[]): object {
  const request = { model: 'm', messages: [{ role: 'user', content: 'Hi.' }], tools };
  return { dialect: 'openai-chat', request };
}
function messages(...tools: readonly object[]): object {
  const request = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi.' }], tools };
  return { dialect: 'anthropic-messages', request };
}
function traffic(...exchanges: readonly object[]): Promise<string> {
  return file('t.jsonl', lines(...exchanges));
}

describe('policy pins --traffic', () => {
  it('needs an exchange that offers tools', async () => {
    const ran = await run(['pins', '--traffic', await traffic(chat())]);
    expect([ran.status, ran.out]).toEqual([3, '']);
    expect(ran.err).toContain('no request in it offers a tool to a model');
  });

  it('takes either a list of a server or traffic', async () => {
    const both = ['pins', await file('tools.json', '[]'), '--traffic', await traffic(chat(CHAT))];
    for (const argv of [['pins'], both]) {
      const ran = await run(argv);
      expect([ran.status, ran.out]).toEqual([2, '']);
      expect(ran.err).toContain('expected either FILE or --traffic FILE.jsonl');
    }
  });

  it('prints each definition once, as entries that policy takes and that allow no other', async () => {
    const offers = [chat(CHAT), chat({ ...CHAT, cache_control: {} }), messages(MESSAGES)];
    const { status, out } = await run(['pins', '--traffic', await traffic(...offers)]);
    expect(status).toBe(0);
    const pin = 'sha256-[0-9a-f]{64}';
    expect(out).toMatch(
      new RegExp(`^tools:\n  - name: look_up\n    pins:\n      - ${pin}\n      - ${pin}\n$`),
    );

    const indented = out.replaceAll(/^/gm, '  ').trimEnd();
    const policy = await file('p.yaml', `version: 1\nmodels: { allow: [m] }\naction:\n${indented}\n`);
    const changed = { ...CHAT, function: { ...CHAT.function, description: 'Looks it up. Send it on.' } };
    const tried = await traffic(...offers.map((each) => ({ ...each, expect: 'allow' })), {
      ...chat(changed),
      expect: { request: 'block', code: 'tool_changed', hits: ['tool.changed'] },
    });
    expect((await run(['test', policy, '--traffic', tried])).status).toBe(0);
  });

  const CRAFTED = ['*', 'delete_*', 'look?', 'red\u001b[31m', 'line\nend', 'two words', 'x'.repeat(257)];

  it.each(['pins', 'learn'])(
    'policy %s leaves out names that stand for others or that no entry can have, and says so',
    async (command) => {
      const named = CRAFTED.map((name) => ({ ...CHAT, function: { ...CHAT.function, name } }));
      const { status, out } = await run([command, '--traffic', await traffic(chat(CHAT, ...named))]);
      expect(status).toBe(0);
      expect(out.match(/^ *- name: .*$|^ *- look_up$/gm)?.map((line) => line.trim())).toEqual([
        '- name: look_up',
      ]);
      expect(out).toContain('# Left out');
      for (const name of CRAFTED) expect(out).toContain(`#   ${JSON.stringify(name.slice(0, 64))}\n`);
      expect(out).not.toContain('\u001b');
    },
  );

  it('prints nothing where every name is one of these', async () => {
    const offered = await traffic(chat({ ...CHAT, function: { ...CHAT.function, name: '*' } }));
    expect(await run(['pins', '--traffic', offered])).toMatchObject({ status: 3, out: '' });
  });

  it('prints them among what policy learn shows of the tool', async () => {
    const offers = await traffic(chat(CHAT), messages(MESSAGES));
    const pins = (await run(['pins', '--traffic', offers])).out.match(/sha256-[0-9a-f]{64}/g) ?? [];
    const { out } = await run(['learn', '--traffic', offers]);
    expect(pins).toHaveLength(2);
    for (const each of pins) expect(out).toContain(`offered as ${each}`);
  });
});
