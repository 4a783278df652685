import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

import { Live, policyOf } from '../test-kit.ts';
import { ManualTime } from '../testing/manual-time.ts';
import { CHAT, SAMPLES, type Sample } from '../testing/samples.ts';
import { until } from '../../testing/until.ts';

const RAISING = 'action: { default: allow }\negress: { pii: { action: block }, onBlock: error }';
const FINISHING = 'action: { default: allow }\negress: { pii: { action: redact } }';
const PIECES = ['Write to anna', '@example.com', ' or call.'];

function call(delta: object): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...delta }] }, finish_reason: null }] })}\n\n`;
}
const CALL = call({ id: 'c', type: 'function', function: { name: 'write', arguments: '{"a":' } });
const REST = call({ function: { arguments: '1}' } });

/** A stream of a server that a test writes, and what its client got so far. */
class Streaming {
  readonly time = new ManualTime();
  readonly live: Live;
  upstream: ServerResponse | null = null;
  status = 0;
  got = '';
  isOver = false;
  #client: ReturnType<typeof httpRequest> | null = null;

  constructor(policy: string) {
    const { now, later } = this.time;
    this.live = new Live({ policy: policyOf(policy), change: { now, later } });
    this.live.answer = (request, response) => {
      request.resume();
      this.upstream = response;
    };
  }

  async begin(sample: Sample): Promise<void> {
    await this.live.start();
    const { path, streamPath = path } = sample;
    const headers = { 'content-type': 'application/json' };
    const to = { host: '127.0.0.1', port: this.live.port, method: 'POST', path: streamPath, headers };
    this.#client = httpRequest({ ...to, agent: false });
    this.#client.on('error', () => (this.isOver = true));
    this.#client.on('response', (response) => this.#read(response));
    const streaming = streamPath === path ? { stream: true } : {};
    this.#client.end(JSON.stringify(sample.request('Hello.', streaming)));
    await this.until(() => this.upstream !== null);
    this.upstream?.writeHead(200, { 'content-type': sample.streamType });
    this.upstream?.flushHeaders();
  }

  write(wire: string): void {
    this.upstream?.write(wire);
  }

  async until(holds: () => boolean): Promise<void> {
    await until(String(holds), () => ({ status: this.status, got: this.got, isOver: this.isOver }), holds);
  }

  async end(): Promise<string> {
    this.upstream?.end();
    await this.until(() => this.isOver);
    return this.got;
  }

  async close(): Promise<void> {
    this.#client?.destroy();
    await this.live.close();
  }

  #read(response: IncomingMessage): void {
    this.status = response.statusCode ?? 0;
    response.setEncoding('utf8');
    response.on('data', (text: string) => (this.got += text));
    response.once('close', () => (this.isOver = true));
    response.once('error', () => (this.isOver = true));
  }
}

async function streaming(
  policy: string,
  sample: Sample,
  test: (stream: Streaming) => Promise<void>,
): Promise<void> {
  const stream = new Streaming(policy);
  try {
    await stream.begin(sample);
    await test(stream);
  } finally {
    await stream.close();
  }
}

/** The frames up to the one that says the second piece, and those from there on. */
function halves({ stream, streamType }: Sample): readonly [string, string] {
  const wire = stream?.(PIECES) ?? '';
  const at = wire.indexOf('@example');
  const end = streamType === 'text/event-stream' ? '\n\n' : '\n';
  const cut = wire.lastIndexOf(end, at) + end.length;
  return [wire.slice(0, cut), wire.slice(cut)];
}

/** Its first frame has text. */
const SAYS_MAIL = (CHAT.stream?.([' anna@example.com ']) ?? '').replace(/^.*\n\n/, '');

function isTimed(stream: Streaming): boolean {
  return stream.time.waiting > 0;
}

describe('the head of a stream', () => {
  it('waits for the first verdict where a refusal shall raise', async () => {
    await streaming(RAISING, CHAT, async (stream) => {
      stream.write(`: working\n\n${SAYS_MAIL}`);
      await stream.until(() => stream.isOver);
      expect(stream.status).toBe(400);
      expect(stream.got).toContain('sensitive_output');
      expect(stream.got).not.toContain('anna');
    });
  });

  it('waits no longer than ten seconds: then the refusal is an error in the stream', async () => {
    await streaming(RAISING, CHAT, async (stream) => {
      await stream.until(() => isTimed(stream));
      stream.time.pass(10_000);
      await stream.until(() => stream.status === 200);
      stream.write(SAYS_MAIL);
      await stream.until(() => stream.isOver);
      expect(stream.got).toMatch(/^data: \{"error":.*sensitive_output/);
      expect(stream.got).not.toContain('anna');
    });
  });

  it('is not kept back by heartbeats without end', async () => {
    await streaming(RAISING, CHAT, async (stream) => {
      stream.write(': working\n\n'.repeat(300));
      await stream.until(() => stream.got.length > 0);
      expect(stream.status).toBe(200);
    });
  });

  it('goes when it comes, before any frame', async () => {
    await streaming(FINISHING, CHAT, async (stream) => {
      await stream.until(() => stream.status === 200);
      expect(stream.got).toBe('');
    });
  });
});

describe('while a call is held', () => {
  it('nothing of our own is sent where nothing is held', async () => {
    await streaming(FINISHING, CHAT, async (stream) => {
      const [begun = ''] = (CHAT.stream?.([]) ?? '').split(/(?<=\n\n)/);
      stream.write(begun);
      await stream.until(() => stream.got === begun);
      stream.time.pass(60_000);
      stream.write(': there\n\n');
      await stream.until(() => stream.got !== begun);
      expect(stream.got).toBe(`${begun}:\n\n`);
    });
  });

  it('nothing of our own is sent while the policy observes', async () => {
    await streaming(`mode: observe\n${FINISHING}`, CHAT, async (stream) => {
      stream.write(CALL);
      await stream.until(() => stream.got === CALL);
      expect(stream.time.waiting).toBe(0);
    });
  });

  it.each([
    ['comments', ': working\n\n', ':\n\n'],
    ['events without data', 'data:\n\n', ':\n\n'],
    ['pings', 'event: ping\ndata: {"type": "ping"}\n\n', 'event: ping\ndata: {"type": "ping"}\n\n'],
  ])('%s of the server pass', async (_name, sent, seen) => {
    await streaming(FINISHING, CHAT, async (stream) => {
      stream.write(CALL);
      stream.write(sent);
      await stream.until(() => stream.got === seen);
      stream.write(REST);
      stream.write(sent);
      await stream.until(() => stream.got === seen + seen);
      stream.write('data: [DONE]\n\n');
      expect(await stream.end()).toBe(`${seen}${seen}${CALL}${REST}data: [DONE]\n\n`);
    });
  });

  it.each([
    ['a ping that says more', 'event: ping\ndata: {"type":"ping","note":"anna"}\n\n'],
    ['an event with an id', 'id: 7\ndata:\n\n'],
  ])('%s keeps its place', async (_name, sent) => {
    await streaming(FINISHING, CHAT, async (stream) => {
      stream.write(`${CALL}${sent}: seen\n\n`);
      await stream.until(() => stream.got !== '');
      expect(stream.got).toBe(':\n\n');
      stream.write(`${REST}data: [DONE]\n\n`);
      expect(await stream.end()).toBe(`:\n\n${CALL}${sent}${REST}data: [DONE]\n\n`);
    });
  });
});

describe('after ten seconds of silence over held text', () => {
  const wire: Readonly<Record<string, string>> = {
    'openai-chat': ':\n\n',
    'openai-completions': ':\n\n',
    'openai-responses': ':\n\n',
    'anthropic-messages': 'event: ping\ndata: {"type": "ping"}\n\n',
    'ollama-chat':
      '{"model":"m","created_at":"1970-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done":false}\n',
    'ollama-generate': '{"model":"m","created_at":"1970-01-01T00:00:00Z","response":"","done":false}\n',
    gemini: '\n',
    'gemini as an array': '\n',
  };

  it.each(SAMPLES.map((sample) => [sample.name, sample] as const))(
    '%s: a sign of life, and no change to what was said',
    async (name, sample) => {
      await streaming(FINISHING, sample, async (stream) => {
        const [first, rest] = halves(sample);
        stream.write(first);
        await stream.until(() => isTimed(stream) && stream.status === 200);
        const before = stream.got;
        expect(before).not.toContain('anna');
        stream.time.pass(9_999);
        stream.time.pass(1);
        stream.time.pass(10_000);
        const sign = wire[name] ?? '';
        await stream.until(() => stream.got.length >= before.length + 2 * sign.length);
        expect(stream.got).toBe(before + sign + sign);
        stream.write(rest);
        const got = await stream.end();
        expect(got).toContain('[EMAIL]');
        expect(got).not.toContain('anna');
        if (sample.streamType === 'application/json') expect(() => JSON.parse(got) as unknown).not.toThrow();
      });
    },
  );
});
