import { replayExchange } from '../replay/replay.ts';
import { policyOf } from '../test-kit.ts';
import { expectPassed, sse } from '../testing/passing.ts';
import { CHAT, SAMPLES } from '../testing/samples.ts';

/** Not Gemini, whose streams have a route of their own. */
const STREAMED = SAMPLES.filter(
  ({ streamType, streamPath }) => streamType === 'text/event-stream' && streamPath === undefined,
).map((sample) => [sample.name, sample] as const);

describe('a stream that was not asked for', () => {
  it.each(STREAMED)('passes as it came: %s', (_name, sample) => {
    const { path } = sample;
    const response = sample.stream?.(['Hi', ' there']) ?? '';
    for (const contentType of ['text/event-stream', 'application/json', 'text/plain'])
      expectPassed({ path, request: sample.request('x'), response, contentType });
  });

  it.each(STREAMED)('is redacted over its frames: %s', (_name, sample) => {
    const { path } = sample;
    const response = sample.stream?.(['to anna', '@example.com', ' now.']) ?? '';
    const policy = policyOf('egress: { pii: { action: redact } }');
    const { received } = replayExchange(
      { method: 'POST', path, request: sample.request('x'), response },
      policy,
    );
    expect(received?.body).toContain('[EMAIL]');
    expect(received?.body).not.toContain('@example.com');
  });

  it('is no reply of a route that has no streams', () => {
    const { reply } = replayExchange(
      {
        method: 'POST',
        path: '/v1/embeddings',
        request: { model: 'm', input: 'x' },
        response: sse({ data: [] }),
      },
      policyOf(''),
    );
    expect(reply).toMatchObject({ kind: 'block', code: 'response_malformed' });
  });
});

describe('numbers that are none in JSON', () => {
  const logprobs =
    '{"content":[{"token":"a","logprob":-Infinity,"top_logprobs":[{"token":"b","logprob":NaN}]}]}';

  function withNumbers(text: string): string {
    return text.replaceAll('"finish_reason"', `"logprobs":${logprobs},"finish_reason"`);
  }

  it('pass in a whole reply and in a stream', () => {
    const { path } = CHAT;
    const contentType = 'application/json';
    const response = withNumbers(JSON.stringify(CHAT.whole('Hi')));
    expectPassed({ path, request: CHAT.request('x'), response, contentType });
    expectPassed({
      path,
      request: CHAT.request('x', { stream: true }),
      response: withNumbers(CHAT.stream?.(['Hi']) ?? ''),
    });
  });

  it('do not hide what stands beside them', () => {
    const { path } = CHAT;
    const policy = policyOf('egress: { pii: { action: redact } }');
    const replies = [
      JSON.stringify(CHAT.whole('to anna@example.com')),
      CHAT.stream?.(['to anna@exam', 'ple.com']) ?? '',
    ];
    for (const [index, response] of replies.entries()) {
      const asked = CHAT.request('x', { stream: index === 1 });
      const traffic = { method: 'POST', path, request: asked, response: withNumbers(response) };
      const { received } = replayExchange(traffic, policy);
      expect(received?.body).toContain('[EMAIL]');
      expect(received?.body).not.toContain('anna');
    }
  });
});
