import { replayExchange } from '../replay/replay.ts';
import { policyOf } from '../test-kit.ts';

const LINK = { mode: 'url', message: 'Sign in.', url: 'https://sign-in.example', elicitationId: 'x' };
const REQUIRED = { code: -32042, message: 'Sign in first.', data: { elicitations: [LINK] } };

function replyTo(features: string, status: number, error: object, batch = false): unknown {
  const policy = policyOf(
    `action: { mcp: [{ server: 'w.svc:8080', tools: [a], clientFeatures: [${features}] }] }`,
  );
  const request = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'a', arguments: {} } };
  const response = { jsonrpc: '2.0', id: 1, error };
  return replayExchange(
    {
      method: 'POST',
      path: '/mcp',
      host: 'w.svc:8080',
      protocolVersion: batch ? '2025-03-26' : '2025-11-25',
      request: batch ? [request] : request,
      response: batch ? [response] : response,
      status,
    },
    policy,
  ).reply;
}

describe('an error that requires a link to be opened', () => {
  it.each<[string, string, number, object, string]>([
    ['if no client feature is listed', '', 200, REQUIRED, 'block'],
    ['if others are listed', 'sampling, roots', 200, REQUIRED, 'block'],
    ['without links', '', 200, { code: -32042, message: 'Sign in first.' }, 'block'],
    ['as an error of HTTP', '', 400, REQUIRED, 'block'],
    ['if elicitation is listed', 'elicitation', 200, REQUIRED, 'allow'],
    ['as an error of HTTP, if elicitation is listed', 'elicitation', 400, REQUIRED, 'allow'],
    ['with the code of another error', '', 200, { ...REQUIRED, code: -32000 }, 'allow'],
  ])('%s', (_name, features, status, error, kind) => {
    expect(replyTo(features, status, error)).toMatchObject({ kind });
  });

  it('is refused in a batch', () => {
    expect(replyTo('', 200, REQUIRED, true)).toMatchObject({
      kind: 'block',
      hits: [{ rule: 'mcp.feature-not-listed', pointer: '/0/error' }],
    });
  });
});
