import { Ollama } from 'ollama';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { json, startUpstream, type ScriptedUpstream } from '../process/upstream.ts';
import { EMAIL, INJECTION, POLICY, SECRET } from './policy.ts';

function line(message: object, done = false): object {
  return {
    model: 'm',
    created_at: '2026-01-01T00:00:00Z',
    message: { role: 'assistant', content: '', ...message },
    done,
    ...(done ? { done_reason: 'stop', prompt_eval_count: 1, eval_count: 2 } : {}),
  };
}
const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather',
    parameters: { type: 'object', properties: { city: { type: 'string', description: 'City' } } },
  },
};
function call(city: string): object {
  return line({ tool_calls: [{ function: { name: 'get_weather', arguments: { city } } }] });
}
function user(content: string): { role: string; content: string }[] {
  return [{ role: 'user', content }];
}

describe('the ollama SDK', () => {
  let upstream: ScriptedUpstream;
  let sidecar: SidecarProcess;
  let client: Ollama;
  const stream = (...lines: readonly object[]): void => {
    upstream.script = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      for (const entry of lines) response.write(`${JSON.stringify(entry)}\n`);
      response.end();
    };
  };
  const collect = async (
    content: string,
    tools: object[] = [],
  ): Promise<{ text: string; calls: unknown[]; reason: string | undefined }> => {
    const got = { text: '', calls: [] as unknown[], reason: undefined as string | undefined };
    for await (const part of await client.chat({
      model: 'm',
      messages: user(content),
      stream: true,
      tools: tools as never,
    })) {
      got.text += part.message.content;
      got.calls.push(...(part.message.tool_calls ?? []));
      got.reason = part.done_reason;
    }
    return got;
  };

  beforeAll(async () => {
    upstream = await startUpstream((_, response) => json(response, {}));
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy: POLICY });
    client = new Ollama({ host: sidecar.inbound[0] ?? '' });
  });
  afterAll(async () => {
    await sidecar.stop();
    await upstream.close();
  });

  it('raises for an injection, and nothing reaches the model', async () => {
    await expect(client.chat({ model: 'm', messages: user(INJECTION) })).rejects.toThrow(
      /injection_detected/,
    );
    await expect(client.generate({ model: 'm', prompt: INJECTION })).rejects.toThrow(/injection_detected/);
    expect(upstream.seen).toHaveLength(0);
  });

  it('redacts a whole reply and a stream alike', async () => {
    const text = `Write to ${EMAIL} today.`;
    upstream.script = (_, response) => json(response, line({ content: text }, true));
    expect((await client.chat({ model: 'm', messages: user('Where?') })).message.content).toBe(
      'Write to [EMAIL] today.',
    );
    stream(...Array.from(text, (letter) => line({ content: letter })), line({}, true));
    expect((await collect('Where?')).text).toBe('Write to [EMAIL] today.');
  });

  it('lets a streamed tool call through when its arguments pass, and withholds it when they do not', async () => {
    stream(call('Paris'), line({}, true));
    expect((await collect('Weather?', [WEATHER])).calls).toMatchObject([
      { function: { name: 'get_weather', arguments: { city: 'Paris' } } },
    ]);
    stream(call('Atlantis'), line({}, true));
    const withheld = await collect('Weather?', [WEATHER]);
    expect(withheld.calls).toEqual([]);
    expect(withheld.reason).not.toBe('stop');
  });

  it('withholds a streamed secret', async () => {
    stream(
      line({ content: 'It is ' }),
      line({ content: SECRET.slice(0, 9) }),
      line({ content: SECRET.slice(9) }),
      line({ content: ' there.' }),
      line({}, true),
    );
    expect((await collect('Token?')).text).not.toContain('ghp_');
  });
});
