import OpenAI from 'openai';

import { Live, policyOf, send, type Got } from '../test-kit.ts';

const ID = 'resp_background_1';
const CALL = { id: 'fc_1', type: 'function_call', call_id: 'c', name: 'delete_all', arguments: '{}' };

function response(status: string, output: readonly object[] = []): object {
  return { id: ID, object: 'response', created_at: 1, model: 'm', status, output };
}

function said(text: string): object {
  const content = [{ type: 'output_text', text, annotations: [] }];
  return { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content };
}

/** A server with one response, which is in progress when it is made and complete when it is fetched. */
async function serve(policy: string, output: readonly object[]): Promise<Live> {
  const live = await new Live({ policy: policyOf(policy) }).start();
  live.answer = (request, reply) => {
    request.resume().once('end', () => {
      const body = request.url === '/v1/responses' ? response('queued') : response('completed', output);
      const streamed = request.url?.includes('stream=true') === true;
      reply.writeHead(200, { 'content-type': streamed ? 'text/event-stream' : 'application/json' });
      const completed = JSON.stringify({ type: 'response.completed', response: body });
      reply.end(streamed ? `event: response.completed\ndata: ${completed}\n\n` : JSON.stringify(body));
    });
  };
  return live;
}

const INSTRUCTIONS =
  'You are the assistant of the Lisbon office. The code of the third vault is kept by Maria, and no visitor may hear of it.';
const ASKED = { model: 'm', input: 'Write a report.', instructions: INSTRUCTIONS, background: true };

async function make(live: Live): Promise<Got> {
  const headers = { 'content-type': 'application/json' };
  return send(live.port, { path: '/v1/responses', headers, body: JSON.stringify(ASKED) });
}

async function fetched(live: Live, path = `/v1/responses/${ID}`, method = 'GET'): Promise<Got> {
  return send(live.port, { method, path });
}

describe('a response in the background', () => {
  it.each<[string, string, readonly object[], RegExp]>([
    ['a call that is not listed', '', [CALL], /tool_not_allowed|content_filter/],
    [
      'a credential',
      'egress: { secrets: { action: block }, onBlock: error }',
      [said('AKIAQ7WZ5TXN3RLMKB2D')],
      /secret_detected/,
    ],
    [
      'the instructions that it was made with',
      'egress: { promptLeak: { action: block } }',
      [said(`I was told: ${INSTRUCTIONS}`)],
      /prompt_leak|content_filter/,
    ],
  ])('is not fetched with %s', async (_name, policy, output, expected) => {
    const live = await serve(policy, output);
    expect((await make(live)).status).toBe(200);
    for (const query of ['', '?stream=true']) {
      const { body } = await fetched(live, `/v1/responses/${ID}${query}`);
      expect(body).toMatch(expected);
      expect(body).not.toMatch(/AKIA|delete_all|Maria/);
    }
    await live.close();
  });

  it('is not fetched by an id that no reply had, unless policy allows references', async () => {
    const live = await serve('', [said('Hi')]);
    const { status, body } = await fetched(live);
    expect(status).toBe(400);
    expect(body).toContain('ingress.media.opaque of the policy would allow it');
    await live.close();
    const allowed = 'ingress: { media: { opaque: { action: allow } } }';
    const compared = await serve(allowed, [said('Hi')]);
    expect((await fetched(compared)).body).toContain('egress.promptLeak cannot compare them');
    await compared.close();
    const open = await serve(`${allowed}\negress: { promptLeak: { action: off } }`, [said('Hi')]);
    expect((await fetched(open)).status).toBe(200);
    await open.close();
  });

  it('is not fetched from the middle of its stream', async () => {
    const live = await serve('', [said('Hi')]);
    await make(live);
    const { status, body } = await fetched(live, `/v1/responses/${ID}?stream=true&starting_after=4`);
    expect(status).toBe(400);
    expect(body).toContain('starting_after must be left out');
    await live.close();
  });

  it.each(['', 'models: { allow: [m] }', 'mode: observe'])('is polled by the SDK: %s', async (policy) => {
    const live = await serve(policy, [said('Done.')]);
    const client = new OpenAI({ apiKey: 'k', baseURL: `http://127.0.0.1:${live.port}/v1`, maxRetries: 0 });
    const made = await client.responses.create({ ...ASKED, background: true });
    expect(made.status).toBe('queued');
    expect((await client.responses.retrieve(made.id)).output_text).toBe('Done.');
    expect((await client.responses.cancel(made.id)).id).toBe(ID);
    expect(live.ledger.decisions.map(({ dialect }) => dialect)).not.toContain('opaque');
    await live.close();
  });

  it('is redacted when it is fetched', async () => {
    const live = await serve('egress: { pii: { action: redact } }', [said('Write to anna@example.com.')]);
    await make(live);
    for (const query of ['', '?stream=true']) {
      const { body } = await fetched(live, `/v1/responses/${ID}${query}`);
      expect(body).toContain('Write to [EMAIL].');
      expect(body).not.toContain('anna');
    }
    await live.close();
  });
});
