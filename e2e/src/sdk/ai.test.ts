import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, generateText, streamText } from 'ai';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { json, sse, startUpstream, type ScriptedUpstream } from '../process/upstream.ts';
import { EMAIL, INJECTION, POLICY, RAISING, SECRET } from './policy.ts';

function chunk(delta: object, finish: string | null = null): { data: object } {
  return {
    data: {
      id: 'c',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index: 0, delta, finish_reason: finish }],
    },
  };
}

describe.each([
  ['finish', POLICY],
  ['error', RAISING],
])('the ai SDK, onBlock: %s', (onBlock, policy) => {
  let upstream: ScriptedUpstream;
  let sidecar: SidecarProcess;
  const model = (): Parameters<typeof generateText>[0]['model'] =>
    createOpenAI({ apiKey: 'test', baseURL: `${sidecar.inbound[0] ?? ''}/v1` }).chat('m');

  beforeAll(async () => {
    upstream = await startUpstream((_, response) => json(response, {}));
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy });
  });
  afterAll(async () => {
    await sidecar.stop();
    await upstream.close();
  });

  it('does not retry a refusal', async () => {
    const failure = await generateText({ model: model(), prompt: INJECTION }).catch(
      (error: unknown) => error,
    );
    expect(APICallError.isInstance(failure)).toBe(true);
    expect(failure).toMatchObject({ statusCode: 400, isRetryable: false });
    expect(upstream.seen).toHaveLength(0);
  });

  it('redacts a stream', async () => {
    upstream.script = (_, response) =>
      sse(response, [
        ...Array.from(`to ${EMAIL} now`, (content) => chunk({ content })),
        chunk({}, 'stop'),
        '[DONE]',
      ]);
    expect(await streamText({ model: model(), prompt: 'Where?' }).text).toBe('to [EMAIL] now');
  });

  it('sees that a stream was withheld', async () => {
    upstream.script = (_, response) =>
      sse(response, [
        chunk({ content: 'It is ' }),
        chunk({ content: SECRET }),
        chunk({ content: ' there.' }),
        chunk({}, 'stop'),
        '[DONE]',
      ]);
    const parts: { type: string; finishReason?: string }[] = [];
    for await (const part of streamText({ model: model(), prompt: 'Token?', onError: () => undefined })
      .fullStream)
      parts.push(part);
    expect(JSON.stringify(parts)).not.toContain('ghp_');
    if (onBlock === 'finish')
      expect(parts.find((part) => part.type === 'finish')?.finishReason).toBe('content-filter');
    else expect(parts.some((part) => part.type === 'error')).toBe(true);
  });
});
