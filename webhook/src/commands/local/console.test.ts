import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';

import { CONSOLE_HEADER } from '../../console/api.ts';
import { guardedPod } from '../../console/testing/console.ts';
import { LocalTokens, startLocalConsole } from './console.ts';

type Console = Awaited<ReturnType<typeof startLocalConsole>>;

let policy = 'version: 1\n';
const taken = createServer();
let local: Console;

beforeAll(async () => {
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  local = await startLocalConsole(
    {
      pods: [guardedPod('demo', 'after')],
      policy: () => policy,
      tokens: new LocalTokens(Date.now),
      posts: { '/api/demo': (body) => Promise.resolve({ given: body }) },
      onError: (error) => {
        throw error;
      },
    },
    (taken.address() as AddressInfo).port,
  );
});
afterAll(async () => {
  await local.close();
  taken.close();
});

/** `host`: null: none is sent. */
function statusFor(host: string | null): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = host === null ? {} : { host };
    const sent = request(`${local.origin}/api/fleet`, { headers, setHost: host !== null }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the console without a cluster', () => {
  it('takes a free port where its own is in use', () => {
    expect(new URL(local.origin).port).not.toBe(String((taken.address() as AddressInfo).port));
  });

  it.each([
    ['another site, whose DNS leads here', 421, () => 'evil.example'],
    ['another site, with the port', 421, (port: string) => `evil.example:${port}`],
    ['a name that begins like this one', 421, (port: string) => `localhost.evil.example:${port}`],
    ['another port', 421, () => '127.0.0.1:1'],
    ['none', 400, () => null],
    ['the address', 200, (port: string) => `127.0.0.1:${port}`],
    ['localhost', 200, (port: string) => `localhost:${port}`],
  ])('Host: %s', async (_, status, host) => {
    expect(await statusFor(host(new URL(local.origin).port))).toBe(status);
  });

  it('takes POST from its own page only', async () => {
    const post = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${local.origin}/api/demo`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"prompt":"hi"}',
      });
    expect((await post({})).status).toBe(400);
    expect(await (await post({ [CONSOLE_HEADER]: '1' })).json()).toEqual({ given: { prompt: 'hi' } });
  });

  it('shows the policy as it is now; an invalid one changes nothing', async () => {
    const mode = async (): Promise<unknown> => {
      const answer = await (await fetch(`${local.origin}/api/policies`)).json();
      return (answer as { policies: { mode: unknown }[] }).policies[0]?.mode;
    };
    expect(await mode()).toBe('enforce');
    policy = 'version: 1\nmode: observe\n';
    expect(await mode()).toBe('observe');
    policy = 'version: 1\nmode: wrong\n';
    expect(await mode()).toBe('observe');
  });
});
