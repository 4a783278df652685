import { gzipSync } from 'node:zlib';

import { Live, policyOf, send, type Got } from './test-kit.ts';
import { CHAT } from './testing/samples.ts';

const LONG = 'Nothing in it. '.repeat(4_000);
const JSON_TYPE = { 'content-type': 'application/json' };

describe('the memory for bodies', () => {
  let live: Live;
  const start = async (mode: string): Promise<void> => {
    live = await new Live({ policy: policyOf(`mode: ${mode}`), bodyMemoryBytes: 30_000 }).start();
  };
  const ask = (text: string, headers = {}, pack = (body: string): string | Buffer => body): Promise<Got> =>
    send(live.port, {
      path: CHAT.path,
      headers: { ...JSON_TYPE, ...headers },
      body: pack(JSON.stringify(CHAT.request(text))),
    });
  const answer = (text: string, headers = {}, pack = (body: string): string | Buffer => body): void => {
    live.answer = (request, response) => {
      request.resume();
      response.writeHead(200, { ...JSON_TYPE, ...headers }).end(pack(JSON.stringify(CHAT.whole(text))));
    };
  };
  const gzip = { 'content-encoding': 'gzip' };
  afterEach(() => live.close());

  it.each([
    ['a whole reply', 'Hello.', LONG, {}],
    ['a reply that decodes to much', 'Hello.', LONG, gzip],
    ['a request that decodes to much', LONG, 'Hello.', gzip],
  ])('has no room for %s: refused with the flag that makes room', async (_name, prompt, text, coding) => {
    await start('enforce');
    const pack = 'content-encoding' in coding ? gzipSync : (body: string): string => body;
    answer(text, coding, pack);
    const refused = await ask(prompt, coding, pack);
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    expect(refused.body).toContain('--body-memory-mebibytes');
    expect(live.ledger.decisions.at(-1)).toMatchObject({ code: 'limit_exceeded', verdict: 'block' });
    answer('Hello.');
    expect(await ask('Hello.')).toMatchObject({ status: 200 });
  });

  it('an observed exchange proceeds, and its unjudged parts are on the record', async () => {
    await start('observe');
    answer(LONG);
    const got = await ask('Hello.');
    expect({ status: got.status, body: JSON.parse(got.body) as unknown }).toEqual({
      status: 200,
      body: CHAT.whole(LONG),
    });
    expect(live.ledger.decisions.flatMap(({ hits }) => hits.map(({ rule }) => rule))).toContain(
      'limits.response-bytes',
    );
  });
});
