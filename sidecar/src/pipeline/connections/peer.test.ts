import { Live, policyOf, send } from '../test-kit.ts';
import { CHAT } from '../testing/samples.ts';
import { until } from '../../testing/until.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const ENFORCE = 'action: { hosts: ["*"] }\nendpoints: { pass: ["GET /v1/models"] }';

describe('where a request really went', () => {
  it.each([
    ['an inspected exchange', ENFORCE, 'POST', CHAT.path, 'egress'],
    ['a route that is not inspected', ENFORCE, 'GET', '/v1/models', 'close'],
    ['an observed exchange', 'mode: observe', 'POST', CHAT.path, 'egress'],
    ['an observed route', 'mode: observe', 'GET', '/other', 'close'],
  ])('%s', async (_name, policy, method, path, kind) => {
    const live = await new Live({ policy: policyOf(policy), host: 'api.test' }).start();
    live.answer = (_request, response) =>
      void response.writeHead(200, JSON_TYPE).end(JSON.stringify(CHAT.whole('Good day.')));
    const body = method === 'POST' ? JSON.stringify(CHAT.request('Hello.')) : null;
    const got = await send(live.port, { method, path, headers: JSON_TYPE, body });
    expect(got.status).toBe(200);
    const last = await until(
      'its last line',
      () => live.ledger.decisions.at(-1),
      (decision) => decision?.kind === kind,
    );
    const port = Number(new URL(live.serverOrigin).port);
    expect(last).toMatchObject({ kind, host: 'api.test', peer: { address: '127.0.0.1', port } });
    await live.close();
  });

  it('is not known of a server that is not there', async () => {
    const live = await new Live({ policy: policyOf(ENFORCE), host: 'api.test' }).start();
    live.answer = (request) => void request.socket.destroy();
    const got = await send(live.port, { method: 'GET', path: '/v1/models' });
    expect(got.status).toBe(502);
    const last = await until(
      'its last line',
      () => live.ledger.decisions.at(-1),
      (decision) => decision?.kind === 'close',
    );
    expect(last).toMatchObject({ outcome: 'upstream_failed', status: 502 });
    await live.close();
  });

  it('is absent from records of inbound exchanges', async () => {
    const live = await new Live({ policy: policyOf('') }).start();
    live.answer = (_request, response) =>
      void response.writeHead(200, JSON_TYPE).end(JSON.stringify(CHAT.whole('Good day.')));
    const body = JSON.stringify(CHAT.request('Hello.'));
    await send(live.port, { path: CHAT.path, headers: JSON_TYPE, body });
    expect(live.ledger.decisions.every(({ peer }) => peer === undefined)).toBe(true);
    await live.close();
  });
});
