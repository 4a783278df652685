import assert from 'node:assert/strict';
import { join } from 'node:path';

import OpenAI from 'openai';

import { startSidecar } from '../process/sidecar.ts';
import { json, sse, startUpstream, type ScriptedUpstream } from '../process/upstream.ts';
import { EMAIL, INJECTION, POLICY } from '../sdk/policy.ts';
import { verifyAudit } from './audit.ts';
import { npmFolder } from './cache.ts';
import { startServer, type RunningServer } from './server.ts';
import type { Steps } from './steps.ts';

const VERSION = '1.15.2';
const PROGRAM = join('node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js');
const TEXT = `Write to ${EMAIL} today.`;
const REDACTED = 'Write to [EMAIL] today.';

/** Portkey's gateway between the sidecar and a model: another proxy's idea of headers, compression and streams. */
export async function tryPortkey(steps: Steps): Promise<void> {
  steps.title(`Portkey gateway (npm @portkey-ai/gateway ${VERSION}) as upstream`);
  const installed = npmFolder('portkey', `@portkey-ai/gateway@${VERSION}`, PROGRAM);
  if ('missing' in installed) {
    steps.skip('everything', installed.missing);
    return;
  }
  const model = await startUpstream((seen, response) => {
    const common = { id: 'chatcmpl-1', created: 1, model: 'm' };
    if (!seen.body.includes('"stream":true')) {
      const message = { role: 'assistant', content: TEXT };
      json(response, {
        ...common,
        object: 'chat.completion',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
      });
      return;
    }
    const chunk = (delta: object, finish: string | null): { data: object } => ({
      data: {
        ...common,
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta, finish_reason: finish }],
      },
    });
    const pieces = TEXT.match(/.{1,5}/g) ?? [];
    sse(response, [...pieces.map((content) => chunk({ content }, null)), chunk({}, 'stop'), '[DONE]']);
  });
  let server: RunningServer | null = null;
  await steps.run('starts', async () => {
    server = await startServer({
      program: process.execPath,
      args: (port) => [join(installed.folder, PROGRAM), `--port=${port}`, '--headless'],
      healthPath: '/',
    });
  });
  try {
    if (server !== null) await through(steps, server, model);
  } finally {
    await (server as RunningServer | null)?.stop();
    await model.close();
  }
}

async function through(steps: Steps, server: RunningServer, model: ScriptedUpstream): Promise<void> {
  const sidecar = await startSidecar({ upstreams: [server.origin], policy: POLICY });
  try {
    const client = new OpenAI({
      apiKey: 'none',
      baseURL: `${sidecar.inbound[0] ?? ''}/v1`,
      maxRetries: 0,
      defaultHeaders: {
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': `${model.origin}/v1`,
      },
    });
    const ask = (content: string): { model: string; messages: { role: 'user'; content: string }[] } => ({
      model: 'm',
      messages: [{ role: 'user', content }],
    });
    await steps.run('whole, redacted', async () => {
      const reply = await client.chat.completions.create(ask('Where?'));
      assert.equal(reply.choices[0]?.message.content, REDACTED);
    });
    await steps.run('streamed, redacted', async () => {
      let [got, finish] = ['', ''];
      for await (const part of await client.chat.completions.create({ ...ask('Where?'), stream: true })) {
        got += part.choices[0]?.delta.content ?? '';
        finish = part.choices[0]?.finish_reason ?? finish;
      }
      assert.deepEqual([got, finish], [REDACTED, 'stop']);
    });
    await steps.run('an injection reaches neither the gateway nor the model', async () => {
      const before = model.seen.length;
      await assert.rejects(client.chat.completions.create(ask(INJECTION)), {
        status: 400,
        code: 'injection_detected',
      });
      assert.equal(model.seen.length, before);
    });
    await steps.run('the audit log verifies', () => Promise.resolve(verifyAudit(sidecar.auditDir)));
  } finally {
    await sidecar.stop();
  }
}
