import { describe, expect, it } from '@jest/globals';

import { policyOf } from '../test-kit.ts';
import { APIS, type Api } from '../testing/calling-apis.ts';
import { replayExchange } from './replay.ts';

const [, , responses, gemini] = APIS as readonly [Api, Api, Api, Api];
const PINS: readonly (readonly [string, string])[] = [
  ['pin: true', 'pin: true'],
  ['pins', `pins: sha256-${'0'.repeat(64)}`],
];
const PAY = [{ name: 'pay', args: {} }];
const REFUSED = { kind: 'block', hits: [{ rule: 'tool.changed', code: 'tool_changed' }] };

function policyWith(pinned: string): ReturnType<typeof policyOf> {
  return policyOf(`ingress: { media: { opaque: { action: allow } } }
egress: { promptLeak: { action: 'off' } }
action: { tools: [{ name: "*", ${pinned} }] }`);
}

function replyTo(api: Api, request: object, response: object, policy: ReturnType<typeof policyOf>) {
  const read = replayExchange({ method: 'POST', path: api.path, request, response }, policy);
  expect(read.request).not.toMatchObject({ kind: 'block' });
  return read.reply;
}

describe.each(PINS)('with %s, a call of a tool that is defined elsewhere is refused', (_how, pinned) => {
  const asked = { model: 'm', input: 'Go.' };
  const contents = [{ role: 'user', parts: [{ text: 'Go.' }] }];

  it('in a stored prompt', () => {
    const request = { ...asked, prompt: { id: 'pmpt_0', version: '2', variables: { a: 'b' } } };
    expect(replyTo(responses, request, responses.whole(PAY), policyWith(pinned))).toMatchObject(REFUSED);
  });

  it('in content that the provider has cached', () => {
    const request = { contents, cachedContent: 'cachedContents/abc' };
    expect(replyTo(gemini, request, gemini.whole(PAY), policyWith(pinned))).toMatchObject(REFUSED);
  });

  it('under another name: computer use of Gemini', () => {
    const request = { contents, tools: [{ computerUse: { environment: 'ENVIRONMENT_BROWSER' } }] };
    const response = gemini.whole([{ name: 'open_web_browser', args: {} }]);
    expect(replyTo(gemini, request, response, policyWith('pin: true'))).toMatchObject(REFUSED);
  });

  it('under another name: a function of a namespace', () => {
    const tool = { type: 'namespace', name: 'bank', tools: [{ type: 'function', name: 'pay' }] };
    const request = { ...asked, tools: [tool] };
    expect(replyTo(responses, request, responses.whole(PAY), policyWith('pin: true'))).toMatchObject(REFUSED);
  });

  it('in another case', () => {
    const request = { ...asked, tools: [{ type: 'function', name: 'Pay', parameters: {} }] };
    expect(replyTo(responses, request, responses.whole(PAY), policyWith('pin: true'))).toMatchObject(REFUSED);
  });
});

describe('a response in the background', () => {
  const request = { ...responses.request(false), background: true };
  const queued = {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'm',
    status: 'queued',
    output: [],
  };
  const done = { ...responses.whole(PAY), id: 'resp_1' };
  const fetched = { method: 'GET', path: '/v1/responses/resp_1', request: null, response: done };

  it.each(PINS)('is refused where it is fetched with a call of a tool with %s', (_how, pinned) => {
    const policy = policyWith(pinned);
    if (pinned === 'pin: true')
      expect(replyTo(responses, request, queued, policy)).toMatchObject({ kind: 'allow' });
    const { reply } = replayExchange(fetched, policy);
    expect(reply).toMatchObject(REFUSED);
  });

  it('passes in the reply to the request that offers the tool, if it has the first definition', () => {
    const policy = policyWith('pin: true');
    expect(replyTo(responses, request, done, policy)).not.toMatchObject({ kind: 'block' });
    const other = JSON.parse(
      JSON.stringify(request).replaceAll('"properties":{}', '"properties":{"bcc":{"type":"string"}}'),
    ) as object;
    const read = replayExchange(
      { method: 'POST', path: responses.path, request: other, response: done },
      policy,
    );
    expect(read.request).toMatchObject({ kind: 'block', code: 'tool_changed' });
  });
});
