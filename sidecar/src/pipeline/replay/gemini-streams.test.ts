import { replayExchange } from './replay.ts';
import { policyOf } from '../test-kit.ts';

function chunk(part: object, more: object = {}): string {
  return `data: ${JSON.stringify({ candidates: [{ index: 0, content: { role: 'model', parts: [part] }, ...more }] })}\n\n`;
}
function call(functionCall: object): string {
  return chunk({ functionCall });
}

/** What the client gets of a stream. */
function received(
  policy: string,
  response: string,
): { readonly kind: string | undefined; readonly body: string } {
  const evaluated = replayExchange(
    {
      method: 'POST',
      path: '/v1beta/models/m:streamGenerateContent?alt=sse',
      request: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
      response,
    },
    policyOf(policy),
  );
  return { kind: evaluated.reply?.kind, body: evaluated.received?.body ?? '' };
}

const PIECES =
  call({ name: 'send', willContinue: true }) +
  call({
    partialArgs: [{ jsonPath: '$.to', stringValue: 'anna@exa', willContinue: true }],
    willContinue: true,
  }) +
  call({ partialArgs: [{ jsonPath: '$.to', stringValue: 'mple.com' }], willContinue: true }) +
  call({}) +
  chunk({ text: '.' }, { finishReason: 'STOP' });

describe('a call of Gemini in pieces', () => {
  it.each([
    ['a tool that is not allowed', 'action: { tools: [{ name: other }] }'],
    [
      'arguments that are not',
      `action: { tools: [{ name: send, arguments: "args.to.endsWith('@other.com')" }] }`,
    ],
  ])('is withheld in whole: %s', (_name, policy) => {
    const { kind, body } = received(policy, PIECES);
    expect(kind).toBe('block');
    expect(body).not.toMatch(/anna|mple|"send"/);
    expect(body).toContain('UNEXPECTED_TOOL_CALL');
  });

  it('passes as it came where its arguments are allowed', () => {
    const policy = `action: { tools: [{ name: send, arguments: "args.to.endsWith('@example.com')" }] }`;
    expect(received(`${policy}\negress: { pii: { action: redact, entities: [IBAN] } }`, PIECES)).toEqual({
      kind: 'allow',
      body: PIECES,
    });
  });

  it('is redacted across its pieces', () => {
    const { kind, body } = received(
      'action: { default: allow }\negress: { pii: { action: redact } }',
      PIECES,
    );
    expect(kind).toBe('redact');
    expect(body).not.toMatch(/anna|mple/);
    expect(body).toContain('[EMAIL]');
  });
});

describe('a stream of Gemini that ends without a finish reason', () => {
  it('passes, and all of it is judged', () => {
    const said = chunk({ text: 'Write to anna@exam' }) + chunk({ text: 'ple.com' });
    expect(received('mode: enforce', chunk({ text: 'Hello.' }))).toEqual({
      kind: 'allow',
      body: chunk({ text: 'Hello.' }),
    });
    expect(received('egress: { pii: { action: redact } }', said).body).toContain('Write to [EMAIL]');
    expect(received('egress: { pii: { action: block } }', said).kind).toBe('block');
  });
});
