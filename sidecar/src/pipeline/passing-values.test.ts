import { replayExchange } from './replay/replay.ts';
import { policyOf } from './test-kit.ts';
import { expectPassed, sse } from './testing/passing.ts';
import { SAMPLES } from './testing/samples.ts';

const VALUES = ['null', 'true', '1', '"hello"', '[]', '["a", 1, null]', '[{"error": {"message": "x"}}]'];
/** An array of Gemini's holds objects alone. */
const STREAMED = SAMPLES.filter(
  ({ stream, streamType }) => stream !== null && streamType !== 'application/json',
);

type Kind = (typeof STREAMED)[number];

function streamWith(sample: Kind, value: string): string {
  const frame = sample.streamType === 'text/event-stream' ? sse(value) : `${value}\n`;
  const [first = '', ...rest] = (sample.stream?.(['Hi', ' there']) ?? '').split(/(?<=\n\n|\}\n)(?=.)/);
  return first + frame + rest.join('');
}

function trafficOf(sample: Kind, value: string): Parameters<typeof expectPassed>[0] {
  return {
    path: sample.streamPath ?? sample.path,
    request: sample.request('x', { stream: true }),
    response: streamWith(sample, value),
    contentType: sample.streamType,
  };
}

const rows = STREAMED.flatMap((sample) => VALUES.map((value) => [sample.name, value, sample] as const));

describe('a frame that is JSON and no object', () => {
  it.each(rows)('passes: %s, %s', (_name, value, sample) => {
    expectPassed(trafficOf(sample, value));
  });

  it.each(STREAMED.map((sample) => [sample.name, sample] as const))(
    'is judged as text: %s',
    (_name, sample) => {
      const policy = policyOf('egress: { pii: { action: redact } }');
      for (const value of ['"anna@example.com"', '["anna@example.com"]', '[{"error": "anna@example.com"}]']) {
        const evaluated = replayExchange({ method: 'POST', ...trafficOf(sample, value) }, policy);
        expect(evaluated.received?.body).toContain('there');
        expect(evaluated.received?.body).not.toContain('anna@example.com');
      }
    },
  );

  it.each(STREAMED.map((sample) => [sample.name, sample] as const))(
    'is refused where clients could take a reply out of it: %s',
    (_name, sample) => {
      for (const value of ['[{"choices": []}]', '[[{"error": 1, "message": 2}]]'])
        expect(
          replayExchange({ method: 'POST', ...trafficOf(sample, value) }, policyOf('')).reply,
        ).toMatchObject({
          kind: 'block',
          code: 'response_malformed',
        });
    },
  );

  it('does not spoil the end of a reply that is withheld behind it', () => {
    const policy = policyOf('egress: { pii: { action: block } }');
    for (const sample of STREAMED) {
      const wire = sample.streamType === 'text/event-stream' ? sse('null') : 'null\n';
      const response = wire + (sample.stream?.(['Hi ', 'anna@example.com', '.']) ?? '');
      const evaluated = replayExchange({ method: 'POST', ...trafficOf(sample, 'null'), response }, policy);
      expect(evaluated.reply).toMatchObject({ kind: 'block', code: 'sensitive_output' });
      expect(evaluated.received?.body).not.toContain('anna@example.com');
    }
  });
});
