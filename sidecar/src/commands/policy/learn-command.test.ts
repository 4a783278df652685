import { parsePolicy } from '../../policy/document/parse.ts';
import { chat, lines, said } from './testing/chat-traffic.ts';
import { commandFolder } from './testing/command-folder.ts';

const { run, file } = commandFolder();

describe('policy learn', () => {
  it('grows lists, and leaves detectors alone', async () => {
    const tools = [{ type: 'function', function: { name: 'search', parameters: {} } }];
    const traffic = await file(
      't.jsonl',
      lines(
        {
          dialect: 'openai-chat',
          host: 'api.openai.com',
          request: chat('hello', { tools }),
          response: said('write to ann@example.com'),
        },
        { dialect: 'openai-chat', request: { ...chat('hi'), model: 'other' } },
        { method: 'GET', path: '/custom?x=1' },
        { method: 'GET', path: '/health' },
      ),
    );
    const { status, out, err } = await run(['learn', '--traffic', traffic]);
    expect([status, err]).toEqual([0, '']);
    const result = parsePolicy(out, 'learned');
    expect(result).toMatchObject({
      ok: true,
      document: {
        models: { allow: { allOf: [['m', 'other']] } },
        endpoints: { pass: { allOf: [['builtin', 'GET /custom']] } },
        action: {
          hosts: { allOf: [['api.openai.com']] },
          tools: [{ default: 'deny', tools: [{ name: 'search' }] }],
        },
      },
    });
    expect(out).toContain('#   models.allow: m\n#   models.allow: other\n');
    expect(out).not.toContain('ingress');
    const learned = await file('learned.yaml', out);
    const again = await run(['test', learned, '--traffic', traffic]);
    expect(again.out).not.toContain('block');
    expect((await run(['learn', '--traffic', traffic, '--base', learned])).out).toContain(
      '# The recorded traffic needs no additions.\n',
    );
  });

  it('says that a list would be too long, and what to do', async () => {
    const many = Array.from({ length: 5_000 }, (_, at) => ({ method: 'GET', path: `/custom/${at}` }));
    const { status, out, err } = await run(['learn', '--traffic', await file('t.jsonl', lines(...many))]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(
      /endpoints\.pass: expected at most 4096 entries; list patterns .* or learn from less/,
    );
  });

  it('adds to the paths of a host that is listed for some', async () => {
    const asked = { dialect: 'openai-chat', host: 'api.openai.com', request: chat('hello') };
    const traffic = await file('t.jsonl', lines(asked, { ...asked, host: 'other.test' }));
    const base = 'version: 1\naction: { hosts: [{ host: api.openai.com, paths: [/v1/embeddings] }] }\n';
    const { out } = await run(['learn', '--traffic', traffic, '--base', await file('p.yaml', base)]);
    expect(parsePolicy(out, 'learned')).toMatchObject({
      document: {
        action: {
          hosts: {
            allOf: [
              [
                { host: 'api.openai.com', paths: ['/v1/embeddings'] },
                { host: 'api.openai.com', paths: ['/v1/chat/completions'] },
                'other.test',
              ],
            ],
          },
        },
      },
    });
    expect(out).toContain(
      '#   action.hosts: api.openai.com /v1/chat/completions\n#   action.hosts: other.test\n',
    );
  });

  it('lists the findings of detectors', async () => {
    const traffic = await file(
      't.jsonl',
      lines({ dialect: 'openai-chat', request: chat('hi'), response: said('write to ann@example.com') }),
    );
    const { out } = await run([
      'learn',
      '--traffic',
      traffic,
      '--base',
      await file('p.yaml', 'version: 1\nmodels: { allow: [m] }\n'),
    ]);
    expect(out).toContain('#   pii.email (sensitive_output): 1\n');
  });
});
