import { Agent, setGlobalDispatcher } from 'undici';

import { startSidecar, type SidecarProcess } from '../../process/sidecar.ts';
import { startUpstream, type ScriptedUpstream } from '../../process/upstream.ts';
import { EMAIL, SECRET } from '../policy.ts';
import { ANTHROPIC, anthropicServer } from './anthropic.ts';
import type { Said } from './conversation.ts';
import { WAYS } from './ways.ts';

const POLICY = `version: 1
egress: { pii: { action: redact }, secrets: { action: redact }, links: { action: "off" }, rules: [{ id: badge, pattern: "77[0-9]{4}77", action: redact }] }
action: { default: allow }
`;
const CARD = '4111111111111111';

/** Text, and what stands there when it was redacted. */
const TEXTS: readonly (readonly [string, string, string])[] = [
  ['an address', `Write to ${EMAIL} today.`, 'Write to [EMAIL] today.'],
  ['nothing but an address', EMAIL, '[EMAIL]'],
  ['an address and a token', `${EMAIL}, ${SECRET}.`, '[EMAIL], [SECRET].'],
  ['an address behind an escape', `{"a": "line\\n${EMAIL}\\nline"}`, '{"a": "line\\n[EMAIL]\\nline"}'],
  ['an address between emoji', `👩‍💻${EMAIL}👩‍💻`, '👩‍💻[EMAIL]👩‍💻'],
  ['an address behind a path of Windows', `C:\\new ${EMAIL}`, 'C:\\new [EMAIL]'],
  ['a card number of prose', `Card ${CARD}, thanks.`, 'Card [CREDIT_CARD], thanks.'],
];

/** JSON text that a model may say as arguments or as its answer, and what it means when it was redacted. */
const DOCUMENTS: readonly (readonly [string, string, unknown])[] = [
  ['a string', `{"to": "${EMAIL}"}`, { to: '[EMAIL]' }],
  ['a part of a string', `{"note": "to ${EMAIL}, \\"urgent\\""}`, { note: 'to [EMAIL], "urgent"' }],
  ['a string behind an escape', `{"note": "a\\n${EMAIL}\\tb"}`, { note: 'a\n[EMAIL]\tb' }],
  ['a string with escapes in it', `{"to": "${escaped(EMAIL)}"}`, { to: '[EMAIL]' }],
  ['a string between escaped backslashes', `{"p": "\\\\${EMAIL}\\\\"}`, { p: '\\[EMAIL]\\' }],
  ['a token in an array', `{"all": ["${SECRET}", 1, null]}`, { all: ['[SECRET]', 1, null] }],
  ['a number', `{"card": ${CARD}}`, { card: '[CREDIT_CARD]' }],
  ['a number in an array', `{"cards": [1,${CARD},true]}`, { cards: [1, '[CREDIT_CARD]', true] }],
  ['a number with a fraction', `{"card": ${CARD}.0, "n": 1}`, { card: '[CREDIT_CARD]', n: 1 }],
  ['JSON in a string', `{"body": "{\\"to\\": \\"${EMAIL}\\"}"}`, { body: '{"to": "[EMAIL]"}' }],
  ['a number of JSON in a string', `{"body": "{\\"n\\": ${CARD}}"}`, { body: '{"n": "[CREDIT_CARD]"}' }],
  ['a name of a member', `{"${EMAIL}": 1, "b": 2}`, { '[EMAIL]': 1, b: 2 }],
];

function escaped(text: string): string {
  return Array.from(text, (letter, at) =>
    at % 2 === 0 ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}` : letter,
  ).join('');
}

// Google's SDK looks Node's dispatcher up in `globalThis`, which is not Node's own in a test.
const dispatcher = new Agent();
setGlobalDispatcher(dispatcher);
afterAll(() => dispatcher.close());

const NOTED: Said = { kind: 'text', text: 'Noted.' };
let upstream: ScriptedUpstream;
let sidecar: SidecarProcess;
beforeAll(async () => {
  upstream = await startUpstream((_seen, response) => response.writeHead(500).end());
  sidecar = await startSidecar({ upstreams: [upstream.origin], policy: POLICY });
});
afterAll(async () => {
  await sidecar.stop();
  await upstream.close();
});

describe.each(WAYS)('a redacted reply in $name', ({ conversation, stream }) => {
  /** What the SDK read, and that the next turn took it back as it is. */
  async function heard(said: Said): Promise<{ readonly text: string; readonly calls: readonly unknown[] }> {
    const first = conversation.server(said);
    const second = conversation.server(NOTED);
    upstream.seen.length = 0;
    upstream.script = (seen, response) => (upstream.seen.length === 1 ? first : second)(seen, response);
    const asJson = said.kind === 'text' && said.asJson === true;
    const { text, calls, goOn } = await conversation.begin(sidecar.inbound[0] ?? '', { stream, asJson });
    expect(await goOn()).toBe('Noted.');
    expect(upstream.seen).toHaveLength(2);
    for (const { body } of upstream.seen) expect(body).not.toMatch(/byron|ghp_|4111/);
    return { text, calls };
  }

  it.each(TEXTS)('text: %s', async (_name, text, expected) => {
    expect(await heard({ kind: 'text', text })).toEqual({ text: expected, calls: [] });
  });

  it.each(DOCUMENTS)('arguments: %s', async (_name, text, expected) => {
    expect((await heard({ kind: 'call', text })).calls).toEqual([expected]);
  });

  it('structured output: a part of a number', async () => {
    const { text } = await heard({ kind: 'text', text: '{"badge": -1277123477, "n": 2}', asJson: true });
    expect(JSON.parse(text)).toEqual({ badge: '[REDACTED]', n: 2 });
  });

  it.each(DOCUMENTS)('structured output: %s', async (_name, text, expected) => {
    const { text: said } = await heard({ kind: 'text', text, asJson: true });
    expect(JSON.parse(said)).toEqual(expected);
  });
});

describe.each([false, true])('thinking that the server signed, streamed: %s', (stream) => {
  it('goes with its signature where something in it is redacted, and the next turn passes', async () => {
    const server = anthropicServer({ kind: 'text', text: 'Done.' }, `Ask ${EMAIL} first.`);
    const next = anthropicServer(NOTED);
    upstream.seen.length = 0;
    upstream.script = (seen, response) => (upstream.seen.length === 1 ? server : next)(seen, response);
    const heard = await ANTHROPIC.begin(sidecar.inbound[0] ?? '', { stream, asJson: false });
    // A stream has let the block begin before it is signed: nothing of the reply follows.
    expect(heard.text).toBe(stream ? '' : 'Done.');
    expect(await heard.goOn()).toBe('Noted.');
    expect(upstream.seen[1]?.body).not.toMatch(/byron|"signature":"E/);
  });
});
