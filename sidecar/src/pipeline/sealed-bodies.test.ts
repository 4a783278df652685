import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request as ask } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption';

import { SealedFolder } from '../audit/sealed/sealed-folder.ts';
import { Live, policyOf, send } from './test-kit.ts';
import { CHAT } from './testing/samples.ts';
import { STREAM, WHOLE } from './testing/wire.ts';
import { until } from '../testing/until.ts';

const MAIL = 'Write to anna@example.com.';
const REQUEST = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: MAIL }] });

let dir = '';
let identity = '';
let live: Live;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealed-bodies-'));
  identity = await generateIdentity();
});

afterEach(async () => {
  await live.close();
  await rm(dir, { recursive: true, force: true });
});

async function start(policy: string, reply: string, type = 'application/json'): Promise<void> {
  const sealer = await SealedFolder.open({
    dir,
    volumeBytes: 2 ** 30,
    prunes: () => true,
    erased: () => undefined,
  });
  const recipient = await identityToRecipient(identity);
  const sealed = `audit: { content: sealed, sealed: { recipients: [${recipient}], sample: 1 } }`;
  live = await new Live({
    policy: policyOf(policy.includes('audit:') ? policy.replace('KEY', recipient) : `${sealed}\n${policy}`),
    change: { sealer },
  }).start();
  live.answer = (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': type });
    response.end(reply, 'latin1');
  };
}

async function chat(stream = false): Promise<number> {
  const body = stream ? REQUEST.replace('{', '{"stream":true,') : REQUEST;
  const headers = { 'content-type': 'application/json' };
  return (await send(live.port, { path: '/v1/chat/completions', headers, body })).status;
}

/** By part, as only the identity opens them. */
async function kept(): Promise<Readonly<Record<string, string>>> {
  const bodies: Record<string, string> = {};
  for (const { part, sha256 } of live.ledger.decisions.flatMap(({ sealed }) => sealed ?? [])) {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const file = await readFile(join(dir, 'sealed', `${sha256}.age`));
    bodies[part] = Buffer.from(await decrypter.decrypt(file)).toString('latin1');
  }
  return bodies;
}

const REDACTS = 'ingress: { pii: { action: redact } }\negress: { pii: { action: redact } }';

describe('bodies that policy seals', () => {
  it('are a condition of going on: without room nothing is forwarded', async () => {
    await start('audit: { content: sealed, sealed: { recipients: [KEY], folderBytes: 10B } }', WHOLE);
    expect(await chat()).toBe(503);
    expect(live.ledger.decisions).toEqual([]);
  });

  it('are none where the record itself is not', async () => {
    const audit =
      'audit: { required: false, content: sealed, sealed: { recipients: [KEY], folderBytes: 10B } }';
    await start(audit, WHOLE);
    expect(await chat()).toBe(200);
    expect(await kept()).toEqual({});
  });

  it('are those of the sample', async () => {
    await start('audit: { content: sealed, sealed: { recipients: [KEY], sample: 0 } }', WHOLE);
    expect(await chat()).toBe(200);
    expect(await readdir(dir)).toEqual([]);
  });

  it('are kept as they arrived, and as they went on where a redaction changed them', async () => {
    await start(REDACTS, WHOLE);
    expect(await chat()).toBe(200);
    const { request, response, ...sent } = await kept();
    expect([request, response]).toEqual([REQUEST, WHOLE]);
    expect(Object.keys(sent).sort()).toEqual(['request_sent', 'response_sent']);
    expect(JSON.stringify(sent)).not.toContain('anna@example.com');
  });

  it('are kept once where nothing changed', async () => {
    await start('ingress: { pii: { action: off } }\negress: { pii: { action: off } }', WHOLE);
    await chat();
    expect(await kept()).toEqual({ request: REQUEST, response: WHOLE });
  });

  it('are kept of a request that is refused', async () => {
    await start('ingress: { pii: { action: block } }', WHOLE);
    expect(await chat()).toBe(400);
    expect(await kept()).toEqual({ request: REQUEST });
  });

  it.each([
    ['enforce', 'the server'],
    ['enforce', 'the client'],
    ['observe', 'the server'],
    ['observe', 'the client'],
  ])('are kept, in mode %s, of a stream that %s broke off, as far as it came', async (mode, by) => {
    await start(`mode: ${mode}\n${REDACTS}`, '', CHAT.streamType);
    const begun = STREAM.slice(0, STREAM.indexOf('\n\n') + 2);
    live.answer = (request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': CHAT.streamType });
      response.write(begun);
      if (by === 'the server') setTimeout(() => response.destroy(), 50);
    };
    const body = REQUEST.replace('{', '{"stream":true,');
    const path = '/v1/chat/completions';
    const headers = { 'content-type': 'application/json' };
    await new Promise<void>((resolve) => {
      const sent = ask({ port: live.port, path, method: 'POST', headers }, (response) => {
        response.once('data', () => {
          if (by === 'the client') sent.destroy();
        });
        response.once('close', resolve);
      });
      sent.on('error', () => undefined);
      sent.end(body);
    });
    // A disk has its own pace.
    await until(
      'its end',
      () => live.ledger.decisions,
      (decisions) => decisions.some(({ kind }) => kind === 'close'),
    );
    expect(await kept()).toMatchObject({ request: body, response: begun });
  });

  it.each(['enforce', 'observe'])('are kept of a stream, in mode %s', async (mode) => {
    await start(`mode: ${mode}\n${REDACTS}`, STREAM, CHAT.streamType);
    expect(await chat(true)).toBe(200);
    expect((await kept())['response']).toBe(STREAM);
  });
});
