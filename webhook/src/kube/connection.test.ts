import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect } from './connection.ts';

function kubeconfig(server: string, current = 'c'): string {
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': current },
    clusters: [{ name: 'c', cluster: { server } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    users: [{ name: 'u', user: { token: 'secret-token' } }],
  });
}

describe('connect', () => {
  const before = process.env['KUBECONFIG'];
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
    if (before === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = before;
  });

  function use(text: string): void {
    const file = join(folder, 'config');
    writeFileSync(file, text);
    process.env['KUBECONFIG'] = file;
  }

  it.each([
    [
      'a file that is not there',
      '/none/such',
      'KUBECONFIG=/none/such) cannot be read: there is no such file',
    ],
    ['a folder', tmpdir(), 'it is a folder; expected a file'],
  ])('says so of %s', (_, path, message) => {
    process.env['KUBECONFIG'] = path;
    expect(() => connect()).toThrow(message);
  });

  it.each([
    ['no YAML', 'a: [', 'it is no kubeconfig: '],
    ['an empty one', '{}', 'names no cluster for its current context;'],
    [
      'a context that is gone',
      kubeconfig('https://x.test', 'old'),
      'no cluster for its current context old;',
    ],
    [
      'plain HTTP',
      kubeconfig('http://x.test'),
      'cluster c has the server http://x.test; expected an address with https://',
    ],
    ['no address', kubeconfig('x'), 'cluster c has the server x; expected'],
  ])('says what is wrong with a kubeconfig: %s', (_, text, message) => {
    use(text);
    expect(() => connect()).toThrow(message);
  });

  it('shows no line of a file that cannot be read', () => {
    use(`${kubeconfig('https://x.test')}\n}`);
    expect(() => connect()).toThrow(/^(?!.*secret-token)/s);
  });

  it('has the contexts that there are', () => {
    use(kubeconfig('https://x.test'));
    expect(() => connect('d')).toThrow('the kubeconfig has no context d; it has c');
    expect(() => connect('c')).not.toThrow();
  });
});
