import { replayExchange } from '../pipeline/replay/replay.ts';
import { policyOf } from '../pipeline/test-kit.ts';
import { SAMPLES } from '../pipeline/testing/samples.ts';
import { exampleTraffic, shapeRequests, type Shape } from './shape-request.ts';

const OPEN = `
endpoints: { pass: ['/rerank', '/classify'] }
action: { tools: [{ name: '*' }], hosts: [mcp.example.com], mcp: [{ server: mcp.example.com, tools: [{ name: '*' }] }] }
`;

function seenOf(shape: Shape, host: string | null = null): readonly object[] {
  const { method, path } = shape;
  return shapeRequests(shape).map((request) => {
    const evaluation = replayExchange({ method, path, host, request, response: null }, policyOf(OPEN));
    return { dialect: evaluation.dialect, request: evaluation.request };
  });
}

describe('a shape', () => {
  it.each<[string, Shape, readonly unknown[]]>([
    [
      'of a form',
      {
        dialect: 'openai-transcriptions',
        method: 'POST',
        path: '/v1/audio/transcriptions',
        model: 'm',
        tools: [],
      },
      [],
    ],
    ['of a newer dialect', { dialect: 'telnet', method: 'POST', path: '/x', model: null, tools: [] }, []],
    ['called toString', { dialect: 'toString', method: 'POST', path: '/x', model: null, tools: [] }, []],
    ['that is opaque', { dialect: 'opaque', method: 'POST', path: '/x', model: null, tools: [] }, [null]],
    ['of a GET', { dialect: 'mcp', method: 'GET', path: '/mcp', model: null, tools: [] }, [null]],
  ])('%s', (_, shape, requests) => expect(shapeRequests(shape)).toEqual(requests));

  it.each([
    ...SAMPLES.flatMap(({ name, path, streamPath = path }) => [
      [name.split(' ')[0] ?? '', path],
      [name.split(' ')[0] ?? '', streamPath],
    ]),
    ['openai-embeddings', '/v1/embeddings'],
    ['openai-speech', '/v1/audio/speech'],
    ['ollama-embed', '/api/embed'],
    ['ollama-show', '/api/show'],
    ['generate', '/generate_stream'],
    ['llamacpp', '/infill'],
    ['triton', '/v2/models/m/generate'],
    ['kserve', '/v2/models/m/infer'],
    ['kserve', '/v1/models/m:predict'],
    ['texts', '/classify'],
  ])('of %s at %s is read as such', (dialect, path) => {
    const shape = { dialect, method: 'POST', path, model: 'm', tools: [] };
    expect(seenOf(shape)).toEqual([{ dialect, request: { kind: 'allow', hits: [] } }]);
  });

  it.each([
    ['openai-chat', '/v1/chat/completions'],
    ['openai-responses', '/v1/responses'],
    ['anthropic-messages', '/v1/messages'],
    ['ollama-chat', '/api/chat'],
    ['gemini', '/v1beta/models/m:generateContent'],
  ])('of %s offers its tools', (dialect, path) => {
    const shape = { dialect, method: 'POST', path, model: 'm', tools: ['mail', 'search'] };
    const [request = null] = shapeRequests(shape);
    const policy = policyOf('action: { tools: [{ name: search }], offers: refuse }');
    const { request: verdict } = replayExchange({ method: 'POST', path, request, response: null }, policy);
    expect(verdict).toMatchObject({ kind: 'block', code: 'tool_not_allowed' });
  });

  it('of MCP calls each of its tools', () => {
    const shape = { dialect: 'mcp', method: 'POST', path: '/mcp', model: null, tools: ['a', 'b'] };
    const request = { kind: 'allow', hits: [] };
    expect(seenOf(shape, 'mcp.example.com')).toEqual([
      { dialect: 'mcp', request },
      { dialect: 'mcp', request },
    ]);
    expect(seenOf({ ...shape, tools: [] }, 'mcp.example.com')).toEqual([{ dialect: 'mcp', request }]);
  });
});

it('has an example of each dialect with JSON', () => {
  expect(exampleTraffic().map(({ dialect }) => dialect)).toHaveLength(17);
});
