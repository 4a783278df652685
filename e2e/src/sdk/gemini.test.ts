import { ApiError, GoogleGenAI } from '@google/genai';
import { Agent, setGlobalDispatcher } from 'undici';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { json, sse, startUpstream, type ScriptedUpstream } from '../process/upstream.ts';
import { EMAIL, INJECTION, POLICY, SECRET } from './policy.ts';

// The SDK looks Node's dispatcher up in `globalThis`, which is not Node's own in a test.
const dispatcher = new Agent();
setGlobalDispatcher(dispatcher);
afterAll(() => dispatcher.close());

function reply(parts: readonly object[], finishReason?: string): object {
  return {
    candidates: [
      {
        index: 0,
        content: { role: 'model', parts },
        ...(finishReason === undefined ? {} : { finishReason }),
      },
    ],
    modelVersion: 'm',
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
  };
}
const TOOLS = {
  tools: [
    {
      functionDeclarations: [
        {
          name: 'get_weather',
          parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } } },
        },
      ],
    },
  ],
};
function call(city: string): object {
  return { functionCall: { name: 'get_weather', args: { city } } };
}

describe('the google genai SDK', () => {
  let upstream: ScriptedUpstream;
  let sidecar: SidecarProcess;
  let client: GoogleGenAI;
  const stream = async (
    contents: string,
    config = {},
  ): Promise<{ text: string; calls: unknown[]; finish: unknown }> => {
    const got = { text: '', calls: [] as unknown[], finish: undefined as unknown };
    for await (const part of await client.models.generateContentStream({
      model: 'gemini-x',
      contents,
      config,
    })) {
      got.text += part.candidates?.[0]?.content?.parts?.map((piece) => piece.text ?? '').join('') ?? '';
      got.calls.push(...(part.functionCalls ?? []));
      got.finish = part.candidates?.[0]?.finishReason ?? got.finish;
    }
    return got;
  };

  beforeAll(async () => {
    upstream = await startUpstream((_, response) => json(response, reply([{ text: 'Hello.' }], 'STOP')));
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy: POLICY });
    client = new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl: sidecar.inbound[0] ?? '' } });
  });
  afterAll(async () => {
    await sidecar.stop();
    await upstream.close();
  });

  it('raises a typed error for an injection, and nothing reaches the model', async () => {
    const failure = await client.models
      .generateContent({ model: 'gemini-x', contents: INJECTION })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect((failure as ApiError).status).toBe(400);
    expect((failure as ApiError).message).toContain('injection_detected');
    expect(upstream.seen).toHaveLength(0);
  });

  it('redacts a whole reply and a stream alike', async () => {
    const text = `Write to ${EMAIL} today.`;
    upstream.script = (_, response) => json(response, reply([{ text }], 'STOP'));
    expect((await client.models.generateContent({ model: 'gemini-x', contents: 'Where?' })).text).toBe(
      'Write to [EMAIL] today.',
    );
    upstream.script = (_, response) =>
      sse(response, [
        ...Array.from(text, (letter) => ({ data: reply([{ text: letter }]) })),
        { data: reply([], 'STOP') },
      ]);
    expect(await stream('Where?')).toMatchObject({ text: 'Write to [EMAIL] today.', finish: 'STOP' });
  });

  it('lets a streamed call through when its arguments pass, and withholds it when they do not', async () => {
    upstream.script = (_, response) => sse(response, [{ data: reply([call('Paris')], 'STOP') }]);
    expect((await stream('Weather?', TOOLS)).calls).toMatchObject([
      { name: 'get_weather', args: { city: 'Paris' } },
    ]);
    upstream.script = (_, response) => sse(response, [{ data: reply([call('Atlantis')], 'STOP') }]);
    const withheld = await stream('Weather?', TOOLS);
    expect(withheld.calls).toEqual([]);
    expect(withheld.finish).not.toBe('STOP');
  });

  it('withholds a streamed secret', async () => {
    upstream.script = (_, response) =>
      sse(response, [
        { data: reply([{ text: `It is ${SECRET.slice(0, 9)}` }]) },
        { data: reply([{ text: `${SECRET.slice(9)} there.` }], 'STOP') },
      ]);
    expect((await stream('Token?')).text).not.toContain('ghp_');
  });
});
