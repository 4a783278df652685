import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import OpenAI from 'openai';

import { startSidecar } from '../process/sidecar.ts';
import { INJECTION, POLICY } from '../sdk/policy.ts';
import { verifyAudit } from './audit.ts';
import { CACHE, pythonEnvironment } from './cache.ts';
import { startServer, type RunningServer } from './server.ts';
import type { Steps } from './steps.ts';
import { writeTinyModel } from './tiny-model.ts';

const PACKAGES = ['llama-cpp-python[server]==0.3.36', 'gguf'];
/** The last file of the installation. */
const PROBE = 'gguf-dump';

/** llama.cpp's server with a tiny random model: real inference, real tokens, bytes from no script. */
export async function tryLlama(steps: Steps): Promise<void> {
  steps.title('llama.cpp server (PyPI llama-cpp-python[server]) as upstream');
  const wanted = process.env['LLM_BOUNDARY_LLAMA'] === '1';
  if (!wanted && !existsSync(join(CACHE, 'llama', 'bin', PROBE))) {
    steps.skip('everything', 'it compiles for 7 to 12 minutes; LLM_BOUNDARY_LLAMA=1 installs it');
    return;
  }
  const installed = pythonEnvironment('llama', PACKAGES, PROBE);
  if ('missing' in installed) {
    steps.skip('everything', installed.missing);
    return;
  }
  const python = join(installed.folder, 'bin', 'python');
  const work = mkdtempSync(join(tmpdir(), 'llm-boundary-llama-'));
  const server = await steps.run('starts with a random model', () => {
    writeTinyModel(python, join(work, 'tiny.gguf'));
    return startServer({
      program: python,
      args: (port) => [
        ...['-m', 'llama_cpp.server', '--model', join(work, 'tiny.gguf'), '--n_ctx', '512'],
        ...['--host', '127.0.0.1', '--port', String(port)],
      ],
      healthPath: '/v1/models',
    });
  });
  try {
    if (server !== null) await through(steps, server);
  } finally {
    await server?.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

async function through(steps: Steps, server: RunningServer): Promise<void> {
  const sidecar = await startSidecar({ upstreams: [server.origin], policy: POLICY });
  try {
    const client = new OpenAI({ apiKey: 'none', baseURL: `${sidecar.inbound[0] ?? ''}/v1`, maxRetries: 0 });
    const options = { model: 'tiny', max_tokens: 24, temperature: 0, seed: 1 };
    const messages = [{ role: 'user' as const, content: 'hello' }];
    let whole = '';
    await steps.run('chat completions, whole', async () => {
      const reply = await client.chat.completions.create({ ...options, messages });
      whole = reply.choices[0]?.message.content ?? '';
      assert.ok(whole.length > 0, 'the model said nothing');
      assert.ok((reply.usage?.completion_tokens ?? 0) > 0, 'no tokens were counted');
    });
    await steps.run('chat completions, streamed: the same text', async () => {
      let [got, finish] = ['', ''];
      for await (const part of await client.chat.completions.create({ ...options, messages, stream: true })) {
        got += part.choices[0]?.delta.content ?? '';
        finish = part.choices[0]?.finish_reason ?? finish;
      }
      assert.ok(finish === 'length' || finish === 'stop', `finish_reason is ${finish}`);
      assert.equal(got.trim(), whole.trim());
    });
    // Compared with the server itself, whose stream loses a character split over two tokens.
    await steps.run('completions, whole and streamed: what the server says without the sidecar', async () => {
      const direct = new OpenAI({ apiKey: 'none', baseURL: `${server.origin}/v1`, maxRetries: 0 });
      assert.deepEqual(await completions(client), await completions(direct));
    });
    await steps.run('an injection is refused', async () => {
      await assert.rejects(
        client.chat.completions.create({ ...options, messages: [{ role: 'user', content: INJECTION }] }),
        { status: 400, code: 'injection_detected' },
      );
    });
    await steps.run('the audit log verifies', () => {
      verifyAudit(sidecar);
    });
  } finally {
    await sidecar.stop();
  }
}

/** The same completion whole and streamed. */
async function completions(client: OpenAI): Promise<{ readonly whole: string; readonly streamed: string }> {
  const asked = { model: 'tiny', prompt: 'hello', max_tokens: 24, temperature: 0, seed: 1 };
  const reply = await client.completions.create(asked);
  let streamed = '';
  for await (const part of await client.completions.create({ ...asked, stream: true }))
    streamed += part.choices[0]?.text ?? '';
  const whole = reply.choices[0]?.text ?? '';
  assert.ok(whole.length > 0 && streamed.length > 0, 'the model said nothing');
  return { whole, streamed };
}
