import { commandFolder, type Ran } from './testing/command-folder.ts';

const { at, run, file } = commandFolder();

async function check(files: Readonly<Record<string, string>>, ...argv: readonly string[]): Promise<Ran> {
  for (const [name, text] of Object.entries(files)) await file(name, text);
  return run(['check', ...argv.map((each) => (each.startsWith('--') ? each : at(each)))]);
}

const LIVE = 'version: 1\n';
const NEXT = 'version: 1\nmodels: { allow: [small] }\n';
const BROKEN = 'version: 1\nmodls: {}\n';
const VALID = /valid; effective policy sha256 [0-9a-f]{64}/g;

describe('policy check of a shadow', () => {
  it.each([
    ['of a folder', { 'policy.yaml': LIVE, 'shadow.yaml': BROKEN }, ['.']],
    [
      'that a flag names',
      { 'live.yaml': LIVE, 'shadow.yaml': BROKEN },
      ['live.yaml', '--shadow', 'shadow.yaml'],
    ],
  ])('that is invalid, %s: says so, and that the policy holds', async (_name, files, argv) => {
    const { status, out, err } = await check(files, ...argv);
    expect(status).toBe(3);
    expect(out.match(VALID)).toHaveLength(1);
    expect(err).toContain('shadow.yaml:2:1: modls: unknown key; did you mean models?\n1 problem\n');
    expect(err).toContain('the policy holds, and no shadow is judged beside it');
  });

  it.each([
    ['of a folder', { 'policy.yaml': LIVE, 'shadow.yaml': NEXT }, ['.']],
    ['that a flag names', { 'live.yaml': LIVE, 'next.yaml': NEXT }, ['live.yaml', '--shadow', 'next.yaml']],
  ])('that is valid, %s', async (_name, files, argv) => {
    const { status, out, err } = await check(files, ...argv);
    expect([status, err]).toEqual([0, '']);
    expect(out.match(VALID)).toHaveLength(2);
  });

  it('is held to the floor like the policy, and warned of where it comes to the same', async () => {
    const files = { 'policy.yaml': LIVE, 'shadow.yaml': NEXT, 'floor.yaml': NEXT };
    expect((await check(files, '.')).err).toBe(
      'warning: the shadow comes to the same policy: it will never differ\n',
    );
  });

  it('is warned of what is not judged by it, and of nothing else', async () => {
    const shadow = `${NEXT}limits: { requestsPerMinute: 5, concurrent: 2, perCaller: { concurrent: 1 } }
action: { tcp: [{ host: db.example.com, port: 5432 }], hosts: [a.example.com] }
audit: { whenFull: refuse }
`;
    const { status, err } = await check({ 'policy.yaml': LIVE, 'shadow.yaml': shadow }, '.');
    expect(status).toBe(0);
    expect(err.match(/has another \S+/g)).toEqual(['has another audit:']);
  });

  it('of another ConfigMap is named', async () => {
    const manifest =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: bot\n  annotations: { llm-boundary.io/shadow: bot-next }\ndata:\n  policy.yaml: |\n    version: 1\n';
    const { status, out } = await check({ 'bot.yaml': manifest }, 'bot.yaml');
    expect(status).toBe(0);
    expect(out).toContain('its shadow is the policy bot-next, of another ConfigMap: --shadow FILE checks it');
  });
});
