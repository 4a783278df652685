import { commandFolder } from './testing/command-folder.ts';

const { run, file } = commandFolder();

describe('policy check', () => {
  it('tells all problems of all layers', async () => {
    const path = await file('p.yaml', 'version: 1\negress: { pi: {} }\n');
    const floor = await file('floor.yaml', 'version: 1\nmode: on\n');
    const { status, err } = await run(['check', path, '--floor', floor]);
    expect(status).toBe(3);
    expect(err).toBe(
      'DIR/floor.yaml:2:7: mode: expected enforce or observe\nDIR/p.yaml:2:11: egress.pi: unknown key; did you mean egress.pii?\n2 problems\n',
    );
  });

  it('refuses a policy whose fingerprints are not there', async () => {
    const path = await file('p.yaml', 'version: 1\negress: { documents: { fingerprints: [list] } }\n');
    const { status, err } = await run(['check', path]);
    expect([status, err]).toEqual([
      3,
      expect.stringContaining('the file list.fingerprints is missing beside the policy'),
    ]);
  });

  it('takes layers from the environment, and warns', async () => {
    const path = await file('p.yaml', 'version: 1\nmode: observe\n');
    const floor = await file('floor.yaml', 'version: 1\n');
    const { status, out, err } = await run(['check', path], { LLM_BOUNDARY_FLOOR: floor });
    expect(status).toBe(0);
    expect(out).toMatch(/^DIR\/p\.yaml: valid; effective policy sha256 [0-9a-f]{64}\n$/);
    expect(err).toBe(
      'warning: DIR/p.yaml:2:1: mode: observe has no effect: another layer enforces, as every layer without `mode` does\n',
    );
  });

  it('says of a policy that observes, and is not bound to enforce, that nothing is enforced', async () => {
    const path = await file('p.yaml', 'version: 1\nmode: observe\n');
    const { status, out, err } = await run(['check', path]);
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('DIR/p.yaml: valid (mode: observe, so nothing is enforced); effective policy');
  });
});

describe('policy check of several policies', () => {
  const map = (name: string, key: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  policy.yaml: |\n    version: 1\n    ${key}\n`;
  const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: { name: x }\n';

  it.each([
    ['one document', 'version: 1\n', 0, /^-: -: valid;.*\n$/],
    ['a ConfigMap among others', `---\n${SERVICE}---\n${map('a', 'limits: {}')}`, 0, /^-: a: valid;.*\n$/],
    [
      'two',
      `${map('a', 'limits: {}')}---\n${map('b', 'models: {}')}`,
      0,
      /^-: a: valid;.*\n-: b: valid;.*\n$/,
    ],
    ['nothing', '', 3, /^$/],
    ['no policy', `${SERVICE}---\n${SERVICE}`, 3, /^$/],
  ])('on standard input: %s', async (_name, text, expected, printed) => {
    const { status, out } = await run(['check', '-'], {}, text);
    expect([status, out]).toEqual([expected, expect.stringMatching(printed)]);
  });

  it('takes no shadow beside them', async () => {
    const shadow = await file('s.yaml', 'version: 1\n');
    const { status, err } = await run(['check', '-', '--shadow', shadow], {}, 'version: 1\n');
    expect([status, err]).toEqual([
      2,
      '--shadow: expected beside the one policy of a file or folder, not beside -\n',
    ]);
  });

  it('names the place in the file', async () => {
    const text = `${map('a', 'limits: {}')}---\n${map('b', 'modles: {}')}`;
    const { status, err } = await run(['check', await file('all.yaml', text)]);
    expect([status, err]).toEqual([3, expect.stringContaining('all.yaml:17:5: modles: unknown key')]);
  });
});

describe('policy check of callers.require', () => {
  const issuer = (audience: string): string =>
    `jwt: [{ issuer: i, audience: ${audience}, jwks: { keys: [{ kty: OKP, crv: Ed25519, x: xxxx }] } }]`;

  it.each([
    ['{ require: true }', 'version: 1', 'callers.require: refuses every inbound request, unless another'],
    [`{ require: true, ${issuer('a')} }`, `version: 1\ncallers: { ${issuer('b')} }`, 'no caller can be what'],
    [`{ ${issuer('a')} }`, `version: 1\ncallers: { require: true, ${issuer('b')} }`, 'no caller can be what'],
    [`{ require: true, ${issuer('a')} }`, `version: 1\ncallers: { ${issuer('a')} }`, null],
    [`{ ${issuer('a')} }`, `version: 1\ncallers: { ${issuer('b')} }`, null],
  ])('with %s under the floor %j warns where no caller can be verified', async (callers, floor, warning) => {
    const path = await file('p.yaml', `version: 1\ncallers: ${callers}\n`);
    const { status, err } = await run(['check', path, '--floor', await file('floor.yaml', floor)]);
    expect([status, err]).toEqual([0, warning === null ? '' : expect.stringContaining(warning)]);
  });
});
