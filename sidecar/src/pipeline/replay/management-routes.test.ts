import { replayExchange, type Evaluation } from './replay.ts';
import { policyOf } from '../test-kit.ts';

function replay(
  line: string,
  request: object | null = null,
  response: unknown = null,
  policy = '',
): Evaluation {
  const [method = '', path = ''] = line.split(' ');
  return replayExchange({ method, path, request, response }, policyOf(policy));
}

/** Routes that change the model server, or show the prompts of others. */
const CLOSED = [
  'POST /api/pull',
  'POST /api/push',
  'POST /api/create',
  'POST /api/copy',
  'DELETE /api/delete',
  'POST /api/blobs/sha256:0',
  'GET /slots',
  'POST /slots/0',
  'POST /props',
  'POST /lora-adapters',
  'POST /v1/load_lora_adapter',
  'POST /sleep',
  'POST /reset_prefix_cache',
  'POST /flush_cache',
  'POST /update_weights_from_disk',
  'POST /v2/repository/models/m/load',
];

const OPEN = [
  'GET /api/tags',
  'GET /api/ps',
  'GET /api/version',
  'GET /props',
  'GET /info',
  'GET /health',
  'HEAD /health',
  'GET /healthz',
  'GET /health_generate',
  'GET /health/ready',
  'GET /v1/health/live',
  'GET /v1/health/ready',
  'GET /v2/health/live',
  'GET /v2/health/ready',
  'GET /v2/models/m/ready',
  'GET /ping',
  'GET /v1/models',
];

describe('routes of A2A', () => {
  it.each(['GET /.well-known/agent-card.json', 'POST /message:send'])(
    'are refused by name, as by the sidecar: %s',
    (line) => {
      expect(replay(line).request).toMatchObject({
        kind: 'block',
        code: 'endpoint_not_allowed',
        detail: expect.stringContaining('this is A2A') as string,
      });
    },
  );
});

describe('routes by which a model server is managed', () => {
  it.each(CLOSED)('are refused with the key that would allow them: %s', (line) => {
    const { request } = replay(line);
    expect(request).toMatchObject({ kind: 'block', code: 'endpoint_not_allowed' });
    expect(JSON.stringify(request)).toContain(`endpoints.pass can list \\"${line}\\"`);
    expect(replay(line, null, null, `endpoints: { pass: ["${line}"] }`).request).toBe('pass');
  });

  it.each(OPEN)('pass where they only tell of it: %s', (line) => {
    expect(replay(line).request).toBe('pass');
  });
});

describe('what Ollama tells of a model', () => {
  const show = 'POST /api/show';
  const told = { license: 'MIT', template: '{{ .Prompt }}', model_info: { 'general.architecture': 'x' } };

  it('is told as it comes', () => {
    expect(replay(show, { model: 'm' }, told).received?.body).toBe(JSON.stringify(told));
    expect(replay(show, { name: 'm', verbose: true }, told).reply).toMatchObject({ kind: 'allow' });
  });

  it.each([{ model: 'other' }, { name: 'other' }, { model: 'm', name: 'other' }, {}])(
    'is not told of models that are not listed: %j',
    (request) => {
      expect(replay(show, request, told, 'models: { allow: [m] }').request).toMatchObject({
        code: 'model_not_allowed',
      });
    },
  );

  it('is judged', () => {
    const { received } = replay(
      show,
      { model: 'm' },
      { ...told, system: 'Mail anna@example.com.' },
      'egress: { pii: { action: redact } }',
    );
    expect(received?.body).toContain('Mail [EMAIL].');
  });
});
