import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

import { startSidecar } from '../process/sidecar.ts';
import { EMAIL, INJECTION, POLICY } from '../sdk/policy.ts';
import { verifyAudit } from './audit.ts';
import { pythonEnvironment } from './cache.ts';
import { startChatModel } from './chat-model.ts';
import { startServer, type RunningServer } from './server.ts';
import type { Steps } from './steps.ts';

const KEY = 'sk-local';
const PLAIN = 'Hello from the proxy.';
const LEAK = `Write to ${EMAIL} today.`;
const REDACTED = 'Write to [EMAIL] today.';

/** Two models mocked by the proxy, and one translated from a scripted server: its mocks do not stream every protocol. */
function configuration(origin: string): string {
  const mocked = (name: string, reply: string): object => ({
    model_name: name,
    litellm_params: { model: `openai/${name}`, api_key: 'none', mock_response: reply },
  });
  const relay = { model: 'together_ai/relay', api_key: 'none', api_base: `${origin}/v1` };
  return JSON.stringify({
    model_list: [
      mocked('plain', PLAIN),
      mocked('leaky', LEAK),
      { model_name: 'relay', litellm_params: relay },
    ],
    general_settings: { master_key: KEY },
  });
}

/** LiteLLM's proxy as the model server: its own framing, IDs and usage, in three protocols. */
export async function tryLitellm(steps: Steps): Promise<void> {
  steps.title('LiteLLM proxy (PyPI litellm[proxy]) as upstream');
  const installed = pythonEnvironment('litellm', ['litellm[proxy]'], 'litellm');
  if ('missing' in installed) {
    steps.skip('everything', installed.missing);
    return;
  }
  const work = mkdtempSync(join(tmpdir(), 'llm-boundary-litellm-'));
  const model = await startChatModel(LEAK);
  writeFileSync(join(work, 'config.yaml'), configuration(model.origin));
  const server = await steps.run('starts', () => {
    return startServer({
      program: join(installed.folder, 'bin', 'litellm'),
      args: (port) => ['--config', join(work, 'config.yaml'), '--host', '127.0.0.1', '--port', String(port)],
      env: { LITELLM_LOCAL_MODEL_COST_MAP: 'True' },
      healthPath: '/health/liveliness',
    });
  });
  try {
    if (server !== null) await through(steps, server);
  } finally {
    await server?.stop();
    await model.close();
    rmSync(work, { recursive: true, force: true });
  }
}

async function through(steps: Steps, server: RunningServer): Promise<void> {
  const sidecar = await startSidecar({ upstreams: [server.origin], policy: POLICY });
  const base = sidecar.inbound[0] ?? '';
  try {
    const openai = new OpenAI({ apiKey: KEY, baseURL: `${base}/v1`, maxRetries: 0 });
    const anthropic = new Anthropic({ apiKey: KEY, baseURL: base, maxRetries: 0 });
    for (const [model, text] of [
      ['plain', PLAIN],
      ['leaky', REDACTED],
      ['relay', REDACTED],
    ] as const) {
      await chat(steps, openai, model, text);
      await responses(steps, openai, model, text);
      await messages(steps, anthropic, model, text);
    }
    for (const line of sidecar.log.filter((entry) => !entry.includes('"level":"info"')))
      process.stdout.write(`  log      ${line}\n`);
    await refusals(steps, openai, anthropic);
    await steps.run('the audit log verifies', () => {
      verifyAudit(sidecar);
    });
  } finally {
    await sidecar.stop();
  }
}

async function chat(steps: Steps, client: OpenAI, model: string, text: string): Promise<void> {
  const ask = { model, messages: [{ role: 'user' as const, content: 'Where?' }] };
  await steps.run(`chat completions, whole, ${model}`, async () => {
    const reply = await client.chat.completions.create(ask);
    assert.equal(reply.choices[0]?.message.content, text);
    assert.equal(reply.choices[0].finish_reason, 'stop');
  });
  await steps.run(`chat completions, streamed, ${model}`, async () => {
    let [got, finish] = ['', ''];
    for await (const part of await client.chat.completions.create({ ...ask, stream: true })) {
      got += part.choices[0]?.delta.content ?? '';
      finish = part.choices[0]?.finish_reason ?? finish;
    }
    assert.deepEqual([got, finish], [text, 'stop']);
  });
}

async function responses(steps: Steps, client: OpenAI, model: string, text: string): Promise<void> {
  const ask = { model, input: 'Where?' };
  await steps.run(`responses, whole, ${model}`, async () => {
    assert.equal((await client.responses.create(ask)).output_text, text);
  });
  if (model !== 'relay') {
    steps.skip(`responses, streamed, ${model}`, 'this proxy answers a mocked stream with its own error');
    return;
  }
  await steps.run(`responses, streamed, ${model}`, async () => {
    let [got, last] = ['', ''];
    for await (const event of await client.responses.create({ ...ask, stream: true })) {
      if (event.type === 'response.output_text.delta') got += event.delta;
      last = event.type;
    }
    assert.deepEqual([got, last], [text, 'response.completed']);
  });
}

async function messages(steps: Steps, client: Anthropic, model: string, text: string): Promise<void> {
  const ask = { model, max_tokens: 64, messages: [{ role: 'user' as const, content: 'Where?' }] };
  const textOf = (content: readonly { readonly type: string; readonly text?: string }[]): string =>
    content.map((block) => block.text ?? '').join('');
  await steps.run(`messages, whole, ${model}`, async () => {
    const reply = await client.messages.create(ask);
    assert.equal(textOf(reply.content as readonly { type: string; text?: string }[]), text);
  });
  if (model !== 'relay') {
    steps.skip(`messages, streamed, ${model}`, 'this proxy answers a mocked stream in one piece');
    return;
  }
  await steps.run(`messages, streamed, ${model}`, async () => {
    const reply = await client.messages.stream(ask).finalMessage();
    assert.equal(textOf(reply.content as readonly { type: string; text?: string }[]), text);
    assert.equal(reply.stop_reason, 'end_turn');
  });
}

async function refusals(steps: Steps, openai: OpenAI, anthropic: Anthropic): Promise<void> {
  const said = [{ role: 'user' as const, content: INJECTION }];
  for (const stream of [false, true]) {
    const how = stream ? 'streamed' : 'whole';
    await steps.run(`an injection is refused, chat completions, ${how}`, async () => {
      await assert.rejects(openai.chat.completions.create({ model: 'plain', messages: said, stream }), {
        status: 400,
        code: 'injection_detected',
      });
    });
    await steps.run(`an injection is refused, messages, ${how}`, async () => {
      await assert.rejects(
        anthropic.messages.create({ model: 'plain', max_tokens: 64, messages: said, stream }),
        (error) => error instanceof Anthropic.BadRequestError && error.message.includes('injection_detected'),
      );
    });
    await steps.run(`an injection is refused, responses, ${how}`, async () => {
      await assert.rejects(openai.responses.create({ model: 'plain', input: INJECTION, stream }), {
        status: 400,
        code: 'injection_detected',
      });
    });
  }
  await steps.run('a wrong key is the proxy’s own error', async () => {
    const stranger = openai.withOptions({ apiKey: 'sk-wrong' });
    await assert.rejects(
      stranger.chat.completions.create({ model: 'plain', messages: [{ role: 'user', content: 'Hi' }] }),
      (error) => error instanceof OpenAI.APIError && error.status >= 400 && error.status < 500,
    );
  });
}
