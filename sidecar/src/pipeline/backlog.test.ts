import { Live, policyOf, send } from './test-kit.ts';
import { CHAT } from './testing/samples.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const ASK = { path: CHAT.path, headers: JSON_TYPE, body: JSON.stringify(CHAT.request('Hello.')) };

describe('a record that does not reach a sink that policy requires', () => {
  let live: Live;
  afterEach(() => live.close());

  it.each([
    ['enforce', ASK],
    ['observe', ASK],
    ['enforce', { path: '/v1/models', method: 'GET' }],
  ])('lets nothing new begin, and says which key asks for that (%s, %j)', async (mode, request) => {
    live = await new Live({ policy: policyOf(`mode: ${mode}`) }).start();
    let reached = 0;
    live.answer = (incoming, response) => {
      reached += 1;
      incoming.resume();
      response.writeHead(200, JSON_TYPE).end(JSON.stringify(CHAT.whole('Hello.')));
    };
    live.ledger.backlogged = true;
    const refused = await send(live.port, request);
    expect(refused).toMatchObject({ status: 503, headers: { 'x-should-retry': 'true' } });
    expect(refused.body).toContain('audit_undelivered');
    expect(refused.body).toContain('audit.sinks[].otlp.required');
    expect(reached).toBe(0);
    expect(live.ledger.decisions.at(-1)).toMatchObject({ code: 'audit_undelivered', verdict: 'block' });
    live.ledger.backlogged = false;
    expect(await send(live.port, request)).toMatchObject({ status: 200 });
  });
});
