import { Agent, setGlobalDispatcher } from 'undici';

import { startSidecar, type SidecarProcess } from '../../process/sidecar.ts';
import { startUpstream, type ScriptedUpstream } from '../../process/upstream.ts';
import type { Said } from './conversation.ts';
import { WAYS } from './ways.ts';

const POLICY = `version: 1
ingress: { pii: { action: tokenise } }
action: { tools: [{ name: send_note, arguments: "!has(args.to) || args.to == 'ada@byron.example'" }] }
`;
const MAIL = 'ada@byron.example';
const CARD = '4111 1111 1111 1111';
const ASKED = `I am ${MAIL}, my card is ${CARD}.`;

// Google's SDK looks Node's dispatcher up in `globalThis`, which is not Node's own in a test.
const dispatcher = new Agent();
setGlobalDispatcher(dispatcher);
afterAll(() => dispatcher.close());

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

describe.each(WAYS)('personal data under pseudonyms in $name', ({ conversation, stream }) => {
  /** `said` with MAIL and CARD as the model knows them. */
  async function heard(said: Said): Promise<{ readonly text: string; readonly calls: readonly unknown[] }> {
    upstream.seen.length = 0;
    upstream.script = (seen, response) => {
      const [mail = 'none'] = /<EMAIL_\d+>/.exec(seen.body) ?? [];
      const [card = 'none'] = /<CREDIT_CARD_\d+>/.exec(seen.body) ?? [];
      const text = said.text.replaceAll(MAIL, mail).replaceAll(CARD, card);
      const answer: Said =
        upstream.seen.length === 1 ? { ...said, text } : { kind: 'text', text: `So ${mail}.` };
      conversation.server(answer)(seen, response);
    };
    const turn = { stream, asJson: said.kind === 'text' && said.asJson === true, text: ASKED };
    const { text, calls, goOn } = await conversation.begin(sidecar.inbound[0] ?? '', turn);
    expect(await goOn()).toBe(`So ${MAIL}.`);
    const seen = upstream.seen.map(({ body }) => body);
    for (const body of seen) expect(body).not.toMatch(/byron|4111/);
    // The history that comes back has the same ones.
    expect(new Set(seen.flatMap((body) => body.match(/<[A-Z_]+_\d{6,}>/g) ?? [])).size).toBe(2);
    return { text, calls };
  }

  it('text', async () => {
    const text = `Ada, ${MAIL} and ${CARD}. Not <EMAIL_1>, and not ${MAIL.slice(0, 3)}.`;
    expect(await heard({ kind: 'text', text })).toMatchObject({ text, calls: [] });
  });

  it('arguments', async () => {
    const { calls } = await heard({ kind: 'call', text: `{"to": "${MAIL}", "note": "a\\n\\"${CARD}\\""}` });
    expect(calls).toEqual([{ to: MAIL, note: `a\n"${CARD}"` }]);
  });

  it('structured output', async () => {
    const { text } = await heard({ kind: 'text', text: `{"to": "${MAIL}", "n": 2}`, asJson: true });
    expect(JSON.parse(text)).toEqual({ to: MAIL, n: 2 });
  });
});
