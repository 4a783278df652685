import { describe, expect, it } from '@jest/globals';

import type { Identity } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { replayExchange, type Evaluation } from '../replay/replay.ts';
import { Live, policyOf, send } from '../test-kit.ts';
import { CHAT, SAMPLES } from '../testing/samples.ts';

function policyWith(spend: string, more = ''): CompiledPolicy {
  return policyOf(`ingress: { injection: { action: 'off' } }\nlimits: { spend: [${spend}] }\n${more}`);
}

function caller(subject: string): Identity {
  return { via: 'jwt', issuer: 'i', subject, groups: null, claims: {}, actor: null };
}

interface Asked {
  readonly texts?: readonly string[];
  readonly identity?: Identity;
  readonly usage?: object | null;
  readonly answer?: string;
  readonly stream?: boolean;
  readonly status?: number;
  readonly more?: object;
}

const TEN = { prompt_tokens: 4, completion_tokens: 6 };

/** A turn of a conversation, whose reply has this usage. */
function ask(policy: CompiledPolicy, asked: Asked = {}): Evaluation['request'] {
  const { texts = ['Hello.'], usage = TEN, answer = 'Yes.', stream = false, status, more = {} } = asked;
  const messages = texts.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content }));
  const choice = { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: answer } };
  const whole = {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [choice],
    ...(usage === null ? {} : { usage }),
  };
  const tail =
    usage === null
      ? ''
      : `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage })}\n\n`;
  const streamed = (CHAT.stream?.([answer]) ?? '').replace('data: [DONE]', `${tail}data: [DONE]`);
  return replayExchange(
    {
      method: 'POST',
      path: CHAT.path,
      identity: asked.identity ?? null,
      request: { model: 'm', messages, ...(stream ? { stream: true } : {}), ...more },
      response: stream ? streamed : whole,
      ...(status === undefined ? {} : { status }),
    },
    policy,
  ).request;
}

const GOES_ON = { kind: 'allow', hits: [] };
const REFUSED = {
  kind: 'block',
  code: 'limit_exceeded',
  hits: [{ control: 'ingress', rule: 'limits.spend', mode: 'enforce' }],
};

describe('tokens that are used up', () => {
  it.each<readonly [string, string, Asked, number]>([
    ['input and output', '{ of: caller, window: 1h, tokens: 20 }', {}, 2],
    ['input alone', '{ of: caller, window: 1h, inputTokens: 12 }', {}, 3],
    ['output alone', '{ of: caller, window: 1h, outputTokens: 12 }', {}, 2],
    ['the tightest of a budget', '{ of: caller, window: 1h, tokens: 1000, outputTokens: 6 }', {}, 1],
    [
      'the tightest of several',
      '{ of: caller, window: 1h, tokens: 1000 }, { of: workload, window: 1m, tokens: 10 }',
      {},
      1,
    ],
    ['of a stream that reports them', '{ of: caller, window: 1h, tokens: 20 }', { stream: true }, 2],
    [
      'of a stream that does not, by its text',
      '{ of: caller, window: 1h, tokens: 5 }',
      { stream: true, usage: null },
      2,
    ],
    ['of a reply that does not report them', '{ of: caller, window: 1h, tokens: 5 }', { usage: null }, 2],
    [
      'of a reply that reports half of them',
      '{ of: caller, window: 1h, tokens: 12 }',
      { usage: { prompt_tokens: 5 } },
      2,
    ],
    [
      'of whatever is not reported, where that uses it up',
      '{ of: caller, window: 24h, tokens: 1000000, unreported: exhaust }',
      { usage: null },
      1,
    ],
    [
      'of half that is not reported, where that uses it up',
      '{ of: caller, window: 24h, outputTokens: 1000000, unreported: exhaust }',
      { usage: { prompt_tokens: 5 } },
      1,
    ],
  ])('%s: refused after as many replies', (_, spend, asked, replies) => {
    const policy = policyWith(spend);
    for (let reply = 0; reply < replies; reply++) expect(ask(policy, asked)).toMatchObject(GOES_ON);
    expect(ask(policy, asked)).toMatchObject(REFUSED);
  });

  it('are named in words that an agent understands, with the time to wait', () => {
    const policy = policyWith('{ of: conversation, window: 24h, tokens: 10 }');
    ask(policy);
    const refused = ask(policy);
    expect(refused).toMatchObject({
      detail:
        'the tokens of this conversation for 24h are used up: limits.spend of the policy allows 10; stop here, or go on after the time in retry-after',
    });
    const wait = typeof refused === 'string' || refused.kind !== 'block' ? null : refused.retryAfterSeconds;
    expect(wait).toBeGreaterThan(24 * 3600 - 60);
    expect(wait).toBeLessThanOrEqual(24 * 3600 + 24 * 60);
  });

  it('are only noted where the policy observes', () => {
    const policy = policyWith('{ of: caller, window: 1h, tokens: 10 }', 'mode: observe');
    ask(policy);
    expect(ask(policy)).toMatchObject({ kind: 'allow', hits: [{ rule: 'limits.spend', mode: 'observe' }] });
  });
});

describe('whose tokens count together', () => {
  const [ann, ben] = [caller('ann'), caller('ben')];

  it.each<readonly [string, Asked, Asked, boolean]>([
    ['caller', { identity: ann }, { identity: ann, texts: ['Another.'] }, true],
    ['caller', { identity: ann }, { identity: ben }, false],
    ['workload', { identity: ann }, { identity: ben, texts: ['Another.'] }, true],
    ['conversation', { texts: ['Hello.'] }, { texts: ['Hello.', 'Yes.', 'And?'] }, true],
    ['conversation', { texts: ['Hello.'] }, { texts: ['Another.'] }, false],
    ['conversation', { identity: ann }, { identity: ben }, false],
  ])('of a %s: %#', (of, first, second, together) => {
    const policy = policyWith(`{ of: ${of}, window: 1h, tokens: 10 }`);
    ask(policy, first);
    expect(ask(policy, second)).toMatchObject(together ? REFUSED : GOES_ON);
  });

  it('is a conversation that goes on by a reference of the provider', () => {
    const policy = policyWith('{ of: conversation, window: 1h, tokens: 10 }');
    const turn = (input: string, more: object): unknown =>
      replayExchange(
        {
          method: 'POST',
          path: '/v1/responses',
          request: { model: 'm', input, ...more },
          response: {
            id: 'resp_1',
            object: 'response',
            model: 'm',
            status: 'completed',
            output: [
              {
                type: 'message',
                id: 'msg_1',
                role: 'assistant',
                status: 'completed',
                content: [{ type: 'output_text', text: 'Yes.', annotations: [] }],
              },
            ],
            usage: { input_tokens: 4, output_tokens: 6, total_tokens: 10 },
          },
        },
        policy,
      ).request;
    expect(turn('Hello.', {})).toMatchObject(GOES_ON);
    expect(turn('Now this.', { previous_response_id: 'resp_1' })).toMatchObject(REFUSED);
    expect(turn('Now this.', {})).toMatchObject(GOES_ON);
  });
});

describe('what uses no tokens', () => {
  const SPEND = '{ of: caller, window: 1h, tokens: 1, unreported: exhaust }';

  it('is a request that is refused', () => {
    const policy = policyWith(SPEND, 'models: { allow: [m] }');
    expect(ask(policy, { more: { model: 'other' } })).toMatchObject({ code: 'model_not_allowed' });
    expect(ask(policy)).toMatchObject(GOES_ON);
  });

  it('is one that the server answers with an error', async () => {
    const live = await new Live({ policy: policyWith(SPEND) }).start();
    const answers = [500, 429, 200];
    live.answer = (request, response) => {
      request.resume().on('end', () => {
        const status = answers.shift() ?? 200;
        const body =
          status === 200 ? CHAT.whole('Hi.') : { error: { message: 'busy', type: 'server_error' } };
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    };
    const statuses: number[] = [];
    for (let index = 0; index < 4; index++) {
      const body = JSON.stringify(CHAT.request('Hello.'));
      statuses.push(
        (await send(live.port, { path: CHAT.path, headers: { 'content-type': 'application/json' }, body }))
          .status,
      );
    }
    await live.close();
    expect(statuses).toEqual([500, 429, 200, 429]);
  });
});

describe('the refusal', () => {
  it.each(SAMPLES.map((sample) => [sample.name, sample] as const))(
    'is a 429 in the words of %s',
    async (_, sample) => {
      const live = await new Live({ policy: policyWith('{ of: caller, window: 1h, tokens: 1 }') }).start();
      live.answer = (request, response) => {
        request.resume().on('end', () => {
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify(sample.whole('Hello to you, too.')));
        });
      };
      const once = (): ReturnType<typeof send> =>
        send(live.port, {
          path: sample.path,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(sample.request('Hello to the model.')),
        });
      const [first, second] = [await once(), await once()];
      await live.close();
      expect(first.status).toBe(200);
      expect(second.status).toBe(429);
      expect(Number(second.headers['retry-after'])).toBeGreaterThan(60);
      expect(second.body).toContain('limits.spend of the policy allows 1');
    },
  );
});
