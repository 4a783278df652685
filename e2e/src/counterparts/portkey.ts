import assert from 'node:assert/strict';
import { join } from 'node:path';

import OpenAI from 'openai';

import { startSidecar } from '../process/sidecar.ts';
import type { ScriptedUpstream } from '../process/upstream.ts';
import { EMAIL, INJECTION, POLICY } from '../sdk/policy.ts';
import { verifyAudit } from './audit.ts';
import { npmFolder } from './cache.ts';
import { startChatModel } from './chat-model.ts';
import { startServer, type RunningServer } from './server.ts';
import type { Steps } from './steps.ts';

const VERSION = '1.15.2';
const PROGRAM = join('node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js');
const TEXT = `Write to ${EMAIL} today.`;
const REDACTED = 'Write to [EMAIL] today.';

/** Portkey's gateway between the sidecar and a model: another proxy's treatment of headers, compression and streams. */
export async function tryPortkey(steps: Steps): Promise<void> {
  steps.title(`Portkey gateway (npm @portkey-ai/gateway ${VERSION}) as upstream`);
  const installed = npmFolder('portkey', `@portkey-ai/gateway@${VERSION}`, PROGRAM);
  if ('missing' in installed) {
    steps.skip('everything', installed.missing);
    return;
  }
  const model = await startChatModel(TEXT);
  const server = await steps.run('starts', () => {
    return startServer({
      program: process.execPath,
      args: (port) => [join(installed.folder, PROGRAM), `--port=${port}`, '--headless'],
      healthPath: '/',
    });
  });
  try {
    if (server !== null) await through(steps, server, model);
  } finally {
    await server?.stop();
    await model.close();
  }
}

async function through(steps: Steps, server: RunningServer, model: ScriptedUpstream): Promise<void> {
  const sidecar = await startSidecar({ upstreams: [server.origin], policy: POLICY });
  try {
    const client = clientOf(sidecar.inbound[0] ?? '', model);
    await steps.run('whole, redacted', async () => {
      const reply = await client.chat.completions.create(ask('Where?'));
      assert.equal(reply.choices[0]?.message.content, REDACTED);
    });
    if (await streamsByItself(server, model)) {
      await steps.run('streamed, redacted', async () => {
        let [got, finish] = ['', ''];
        for await (const part of await client.chat.completions.create({ ...ask('Where?'), stream: true })) {
          got += part.choices[0]?.delta.content ?? '';
          finish = part.choices[0]?.finish_reason ?? finish;
        }
        assert.deepEqual([got, finish], [REDACTED, 'stop']);
      });
    } else {
      steps.skip(
        'streamed',
        `without the sidecar, too, this gateway fails to stream on Node ${process.version}`,
      );
      await steps.run('a failure of the gateway is a typed error of the SDK', async () => {
        await assert.rejects(
          client.chat.completions.create({ ...ask('Where?'), stream: true }),
          OpenAI.InternalServerError,
        );
      });
    }
    await steps.run('an injection reaches neither the gateway nor the model', async () => {
      const before = model.seen.length;
      await assert.rejects(client.chat.completions.create(ask(INJECTION)), {
        status: 400,
        code: 'injection_detected',
      });
      assert.equal(model.seen.length, before);
    });
    await steps.run('the audit log verifies', () => {
      verifyAudit(sidecar);
    });
  } finally {
    await sidecar.stop();
  }
}

function ask(content: string): { model: string; messages: { role: 'user'; content: string }[] } {
  return {
    model: 'm',
    messages: [{ role: 'user', content }],
  };
}

function clientOf(origin: string, model: ScriptedUpstream): OpenAI {
  return new OpenAI({
    apiKey: 'none',
    baseURL: `${origin}/v1`,
    maxRetries: 0,
    defaultHeaders: { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${model.origin}/v1` },
  });
}

async function streamsByItself(server: RunningServer, model: ScriptedUpstream): Promise<boolean> {
  try {
    const stream = await clientOf(server.origin, model).chat.completions.create({
      ...ask('Where?'),
      stream: true,
    });
    let parts = 0;
    for await (const part of stream) parts += part.choices.length;
    return parts > 0;
  } catch {
    return false;
  }
}
