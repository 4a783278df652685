import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Caller } from '../exchange/index.ts';
import { RemoteClassifier, type ClassifierOptions } from './remote-classifier.ts';
import { predicted, ScriptedClassifier, type Scripted } from './testing/scripted-classifier.ts';
import { optionsWith, settingsOf } from './testing/settings.ts';

const ANN: Caller = { address: '10.0.0.1', identity: null };
const BOB: Caller = { address: '10.0.0.2', identity: null };

let server: ScriptedClassifier;
const opened: RemoteClassifier[] = [];

beforeEach(async () => {
  server = await new ScriptedClassifier().start();
});

afterEach(async () => {
  server.close();
  for (const each of opened.splice(0)) await each.close();
});

function connect(written = 'timeout: 20s', change: Partial<ClassifierOptions> = {}) {
  const options = optionsWith(change);
  const classifier = new RemoteClassifier(settingsOf(`url: '${server.url}', ${written}`), options);
  opened.push(classifier);
  return {
    ask: async (texts: readonly string[], caller = ANN) => [...(await classifier.ask(texts, caller))],
    /** Lines of one metric, without its prefix. */
    counted: async (name: string) =>
      (await options.telemetry.text())
        .split('\n')
        .filter((line) => line.startsWith(`llm_boundary_classifier_${name}`))
        .map((line) => line.replace(`llm_boundary_classifier_${name}`, '')),
  };
}

/** Scores the texts with this word. */
function findsEvil(text: string): Scripted {
  return predicted(text.includes('evil') ? 0.9 : 0.1);
}

describe('a classifier without a valid answer', () => {
  it.each<readonly [string, Scripted, string]>([
    ['an error', { status: 500, body: '{}' }, 'failed'],
    ['too many requests', { status: 429, body: '{}' }, 'failed'],
    ['a redirect', { status: 307, body: '' }, 'invalid'],
    ['a token that it does not take', { status: 401, body: '{}' }, 'invalid'],
    ['no JSON', { status: 200, body: '<html>' }, 'invalid'],
    ['another shape', { status: 200, body: '{"score":0.1}' }, 'invalid'],
    ['an endless answer', { status: 200, body: `["${'a'.repeat(300_000)}"]` }, 'invalid'],
  ])('says nothing of a text: %s', async (_name, answer, result) => {
    server.answer = () => answer;
    const { ask, counted } = connect();
    expect(await ask(['Hi'])).toEqual([]);
    expect(await counted('requests_total')).toEqual([`{result="${result}"} 1`]);
    expect(await counted('texts_total')).toEqual(['{result="unanswered"} 1']);
  });

  it.each<readonly [string, string, readonly [number, number], RegExp]>([
    [
      'a model that it does not have',
      '{"error":"Request for unknown model: \'gard\' is not found"}',
      [1, 0],
      /gives no valid answer \(HTTP 400: it has no model of this name; set model/,
    ],
    [
      'a request that it never takes',
      '{}',
      [1, 4],
      /\(HTTP 400: it does not take a text of \d+ bytes either/,
    ],
  ])('tells once what is wrong, and no text as too long: %s', async (_, body, [invalid, cut], told) => {
    server.answer = () => ({ status: 400, body });
    const lines: string[] = [];
    const { ask, counted } = connect('timeout: 20s', { log: { warning: (line) => lines.push(line) } });
    expect(await ask(['some words '.repeat(80)])).toEqual([]);
    expect(lines).toEqual([expect.stringMatching(told)]);
    expect(await counted('requests_total')).toEqual([
      ...(cut === 0 ? [] : [`{result="too-long"} ${cut}`]),
      `{result="invalid"} ${invalid}`,
    ]);
    await ask(['other words '.repeat(80)]);
    expect(lines).toHaveLength(1);
  });

  it('is left when the time is up, with what it answered', async () => {
    server.answer = (text) => (text === 'slow' ? 'hang' : predicted(0.1));
    const { ask, counted } = connect('timeout: 1500ms');
    expect(await ask(['Hi', 'slow'])).toEqual([['Hi', 0.1]]);
    expect(await counted('requests_total')).toContain('{result="late"} 1');
  });

  it('may not be there', async () => {
    const { ask, counted } = connect();
    server.close();
    expect(await ask(['Hi'])).toEqual([]);
    expect(await counted('requests_total')).toEqual(['{result="failed"} 1']);
  });

  it('is not asked without the token that policy names', async () => {
    const { ask } = connect('timeout: 20s, tokenFile: token', { secretsDir: '/nowhere' });
    expect(await ask(['Hi'])).toEqual([]);
    expect(server.asked).toEqual([]);
  });

  it('is left alone after five failures, and tried again later', async () => {
    let nowMs = 0;
    server.answer = () => ({ status: 503, body: '' });
    const { ask, counted } = connect('timeout: 20s', { now: () => nowMs });
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) await ask([text]);
    expect(server.texts).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await counted('paused')).toEqual([' 1']);
    nowMs = 5_000;
    await ask(['g']);
    await ask(['h']);
    expect(server.texts).toEqual(['a', 'b', 'c', 'd', 'e', 'g']);
    nowMs = 10_000;
    server.answer = findsEvil;
    expect(await ask(['i'])).toEqual([['i', 0.1]]);
    expect(await ask(['j'])).toEqual([['j', 0.1]]);
    expect(await counted('paused')).toEqual([' 0']);
  });

  it('is not left alone for texts that it does not take: a caller could choose them', async () => {
    server.answer = (text) => (text.startsWith('bad') ? { status: 400, body: '' } : predicted(0.1));
    const { ask } = connect();
    for (let at = 0; at < 10; at++) expect(await ask([`bad ${at}`])).toEqual([]);
    expect(await ask(['Hi'])).toEqual([['Hi', 0.1]]);
  });
});

describe('a classifier', () => {
  it('is asked once about a text of a caller', async () => {
    server.answer = findsEvil;
    const { ask } = connect();
    expect(await ask(['Hi', 'evil'])).toEqual([
      ['Hi', 0.1],
      ['evil', 0.9],
    ]);
    expect(await ask(['evil', 'Hi'])).toHaveLength(2);
    expect(server.texts).toEqual(['Hi', 'evil']);
    // When it answers must not tell a caller what another has sent.
    await ask(['Hi'], BOB);
    expect(server.texts).toEqual(['Hi', 'Hi', 'evil']);
  });

  it('is asked again about what had no answer', async () => {
    server.answer = () => ({ status: 500, body: '' });
    const { ask } = connect();
    expect(await ask(['Hi'])).toEqual([]);
    server.answer = findsEvil;
    expect(await ask(['Hi'])).toEqual([['Hi', 0.1]]);
  });

  it('sees all of a long text, and the worst window counts', async () => {
    server.answer = findsEvil;
    const { ask } = connect('timeout: 20s, windowBytes: 64');
    const text = `${'nice words '.repeat(30)}evil ${'more of them '.repeat(30)}`;
    expect(await ask([text])).toEqual([[text, 0.9]]);
    expect(server.asked.every(({ text: window }) => Buffer.byteLength(window) <= 64)).toBe(true);
    expect(await ask(['nice words '.repeat(30)])).toEqual([['nice words '.repeat(30), 0.1]]);
  });

  it('has no answer where a window has none', async () => {
    server.answer = (text) => (text.includes('odd') ? { status: 500, body: '' } : predicted(0.1));
    const { ask } = connect('timeout: 20s, windowBytes: 64');
    expect(await ask([`${'nice words '.repeat(30)} odd`])).toEqual([]);
  });

  it('gets shorter windows where it takes none of that length', async () => {
    server.answer = (text) => (text.length > 100 ? { status: 413, body: '' } : findsEvil(text));
    const { ask } = connect();
    const text = `${'a'.repeat(700)} evil ${'b'.repeat(500)}`;
    expect(await ask([text])).toEqual([[text, 0.9]]);
  });

  it('is not flooded by one message', async () => {
    const { ask } = connect('timeout: 60s, windowBytes: 64');
    const text = Array.from({ length: 5_000 }, (_, at) => `word${at}`).join(' ');
    expect(await ask([text])).toHaveLength(0);
    expect(server.asked).toHaveLength(512);
  });

  it('gets the token as it is now, and well-formed text', async () => {
    const secretsDir = mkdtempSync(join(tmpdir(), 'llm-boundary-token-'));
    writeFileSync(join(secretsDir, 'token'), 'first\n');
    const { ask } = connect('timeout: 20s, tokenFile: token', { secretsDir });
    await ask(['a']);
    writeFileSync(join(secretsDir, 'token'), 'second\n');
    await ask(['b\uD800']);
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
    ]);
    expect(server.texts).toEqual(['a', 'b\uFFFD']);
    rmSync(secretsDir, { recursive: true });
  });
});
