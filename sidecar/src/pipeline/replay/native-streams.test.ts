import fc from 'fast-check';

import { replayExchange, type Evaluation } from './replay.ts';
import { policyOf } from '../test-kit.ts';
import { sse } from '../testing/passing.ts';

const REDACT = 'egress: { pii: { action: redact } }';
const DONE = sse('[DONE]');
const PIECES = ['My card', ' is 4111 11', '11 1111', ' 1111', ' and I', ' live at', ' home.'];

function replay(path: string, request: object, response: string, policy = REDACT): Evaluation {
  return replayExchange({ method: 'POST', path, request, response }, policyOf(policy));
}

function frame(text: string, more: object = {}): string {
  return sse({ text, meta_info: { id: 'a', finish_reason: null, completion_tokens: 1 }, ...more });
}

/** Each frame has all pieces up to its own. */
function cumulative(pieces: readonly string[]): readonly string[] {
  return pieces.map((_piece, index) => pieces.slice(0, index + 1).join(''));
}

function textsOf({ received }: Evaluation): readonly string[] {
  return [...(received?.body ?? '').matchAll(/^data: (\{.*)$/gm)].map(
    ([, data = '']) => (JSON.parse(data) as { text: string }).text,
  );
}

describe("SGLang's own streams", () => {
  const asked = { text: 'x', stream: true };

  it.each<[string, readonly string[]]>([
    ['cumulative', cumulative(PIECES)],
    ['in pieces', PIECES],
    ['cut short by a stop sequence', [...cumulative(PIECES), PIECES.join('').slice(0, -3)]],
    ['of pieces that begin alike', ['a', 'ab', 'abc', 'abcd', 'abcde', 'x', 'y']],
    ['without text', ['', '', '']],
    ['that says the same again', ['ha', 'ha', 'ha']],
  ])('pass as they came: %s', (_name, texts) => {
    const response = texts.map((text) => frame(text)).join('') + DONE;
    const { received } = replay('/generate', asked, response, 'egress: { pii: { action: off } }');
    expect(received?.body).toBe(response);
  });

  it('are redacted in every frame that repeats the text', () => {
    const said = textsOf(
      replay(
        '/generate',
        asked,
        cumulative(PIECES)
          .map((text) => frame(text))
          .join('') + DONE,
      ),
    );
    expect(said.join(' ')).not.toMatch(/4111|1111/);
    expect(said.at(-1)).toBe('My card is [CREDIT_CARD] and I live at home.');
    // Nothing that a client has seen is taken back.
    for (const [index, text] of said.entries())
      if (index > 0) expect(text.startsWith(said[index - 1] ?? '')).toBe(true);
  });

  it('are redacted over their pieces', () => {
    const said = textsOf(replay('/generate', asked, PIECES.map((text) => frame(text)).join('') + DONE));
    expect(said.join('')).toBe('My card is [CREDIT_CARD] and I live at home.');
  });

  it('are redacted where the text is rewritten', () => {
    const card = '4111 1111 1111 1111.';
    const rewritten = [...cumulative(['a ', 'b ', 'c ', 'd ', 'e ']), `Sorry: ${card} `, `Sorry: ${card} x.`];
    expect(
      textsOf(replay('/generate', asked, rewritten.map((text) => frame(text)).join('') + DONE)).join(' '),
    ).not.toContain('4111');
  });

  it('are told apart by the index of each completion', () => {
    const texts = cumulative(PIECES);
    const response =
      texts.map((text) => frame(text, { index: 0 }) + frame(`<${text}`, { index: 1 })).join('') + DONE;
    const said = textsOf(replay('/generate', asked, response));
    expect(said.join(' ')).not.toMatch(/4111|1111/);
    expect(said.slice(-2)).toEqual([
      'My card is [CREDIT_CARD] and I live at home.',
      '<My card is [CREDIT_CARD] and I live at home.',
    ]);
  });

  it('never leak, however they are cut', () => {
    const text = 'Send it to anna@example.com or 4111 1111 1111 1111, please.';
    const cuts = fc.array(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, fc.boolean(), (at, isCumulative) => {
        const places = [0, ...[...new Set(at)].sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
        const frames = (isCumulative ? cumulative(pieces) : pieces).map((piece) => frame(piece));
        const said = textsOf(replay('/generate', asked, frames.join('') + DONE));
        expect(isCumulative ? said.at(-1) : said.join('')).toBe(
          'Send it to [EMAIL] or [CREDIT_CARD], please.',
        );
        expect(said.join('')).not.toMatch(/anna|example|4111|1111/);
      }),
      { numRuns: 150 },
    );
  });

  it('are withheld', () => {
    const response =
      cumulative(['The key ', 'AKIAQ7WZ5T', 'XN3RLMKB2D', ' is.'])
        .map((text) => frame(text))
        .join('') + DONE;
    const { reply, received } = replay(
      '/generate',
      asked,
      response,
      'egress: { secrets: { action: block } }',
    );
    expect(reply).toMatchObject({ kind: 'block', code: 'secret_detected' });
    expect(received?.body).not.toContain('AKIA');
  });
});

describe("TGI's POST /", () => {
  const token = (text: string, whole: string | null): string =>
    sse({ index: 1, token: { id: 1, text, special: false }, generated_text: whole, details: null });

  it('is redacted in an array', () => {
    const details = {
      tokens: [
        { id: 1, text: 'pay 4111 1111 ' },
        { id: 2, text: '1111 1111' },
      ],
    };
    const response = JSON.stringify([{ generated_text: 'pay 4111 1111 1111 1111', details }]);
    const { received } = replay('/', { inputs: 'x' }, response);
    expect(JSON.parse(received?.body ?? '')).toEqual([
      { generated_text: 'pay [CREDIT_CARD]', details: { tokens: null } },
    ]);
  });

  it('is redacted over the frames of a stream', () => {
    const response =
      token('to anna', null) + token('@example.com', null) + token(' now', 'to anna@example.com now');
    const { received } = replay('/', { inputs: 'x', stream: true }, response);
    expect(received?.body).not.toContain('example.com');
    expect(received?.body).toContain('"generated_text":"to [EMAIL] now"');
  });

  it.each<[string, string, string | null, string]>([
    ['unless policy passes it', 'endpoints: { pass: ["POST /"] }', null, 'pass'],
    [
      'unless it goes to another host',
      'endpoints: { opaque: allow }\naction: { hosts: ["h:80"] }',
      'h:80',
      'pass',
    ],
    ['whatever is not known', 'endpoints: { opaque: allow }', null, 'allow'],
  ])('is read %s', (_name, policy, host, expected) => {
    const traffic = { method: 'POST', path: '/', host, request: { inputs: 'x' }, response: null };
    const { request } = replayExchange(traffic, policyOf(policy));
    expect(request === 'pass' ? request : request.kind).toBe(expected);
  });
});

describe("vLLM's tokens in and out", () => {
  const path = '/inference/v1/generate';
  const asked = { model: 'm', token_ids: [1, 2], sampling_params: { max_tokens: 3 } };
  const choice = { index: 0, finish_reason: 'stop', token_ids: [5, 6], logprobs: null };
  const response = JSON.stringify({ request_id: 'a', choices: [choice] });
  const open = 'ingress: { media: { opaque: { action: allow } } }';

  it('are refused, and the key named that would allow them', () => {
    expect(JSON.stringify(replay(path, asked, response, '').request)).toContain(
      'ingress.media.opaque of the policy would allow it',
    );
    expect(
      JSON.stringify(replay(path, asked, response, `${open}\negress: { media: { action: block } }`).reply),
    ).toContain('egress.media.opaque of the policy would allow it');
  });

  it('pass where the policy allows them, and never where it reads replies', () => {
    expect(replay(path, asked, response, `${open}\negress: { mode: observe }`).received?.body).toBe(response);
    expect(replay(path, asked, response, `${open}\n${REDACT}`).received?.body).toContain('"token_ids":null');
    const stream = sse({ request_id: 'a', choices: [choice] }) + DONE;
    const streamed = { ...asked, stream: true };
    expect(replay(path, streamed, stream, `${open}\negress: { mode: observe }`).received?.body).toBe(stream);
    expect(replay(path, streamed, stream, `${open}\n${REDACT}`).received?.body).toContain('"token_ids":null');
  });

  it('have their length bounded', () => {
    const { request } = replay(path, asked, response, `${open}\nlimits: { outputTokens: 2 }`);
    expect(request).toMatchObject({ kind: 'block', code: 'content_refused' });
  });
});
