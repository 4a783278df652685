import type { Caller, Verdict } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { ReplyInspector } from '../inspect/inspector.ts';
import { policyOf } from '../test-kit.ts';
import { asked } from '../testing/asked.ts';
import { sse } from '../testing/passing.ts';
import { CHAT, SAMPLES } from '../testing/samples.ts';
import { StreamReplay } from './stream-replay.ts';

const TOKENISING = policyOf(
  'ingress: { injection: { action: "off" }, pii: { action: tokenise }, secrets: { action: redact } }\naction: { default: allow }\negress: { links: { action: redact } }',
);
const MAIL = 'anna@example.com';
const CARD = '4111 1111 1111 1111';
const SECRET = 'AKIA' + 'Q7WZ5TXN3RLMKB2D';
const PSEUDONYM = /<[A-Z_]+_\d+>/g;

interface Asked {
  readonly verdict: Verdict;
  /** The body that the model server gets; empty if the request was refused. */
  readonly passed: string;
  readonly reply: ReplyInspector;
}

function ask(
  path: string,
  body: object,
  {
    policy = TOKENISING,
    identity = null,
  }: Partial<Pick<Caller, 'identity'>> & { policy?: CompiledPolicy } = {},
): Asked {
  const read = asked(policy, path, body, { address: '10.1.1.1', identity });
  if (read.kind !== 'read') throw new Error('unreadable');
  return { verdict: read.verdict, passed: read.passed?.toString() ?? '', reply: read.reply };
}

/** Pseudonyms in the order of their first appearance. */
function pseudonymsIn(text: string): readonly string[] {
  return [...new Set(text.match(PSEUDONYM) ?? [])];
}

function whole(
  { reply }: Asked,
  body: object | string,
): { readonly body: string; readonly verdict: Verdict } {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const inspected = reply.whole({ status: 200, type: 'application/json', body: bytes });
  return { body: inspected.body.toString(), verdict: inspected.verdict };
}

function streamed(
  { reply }: Asked,
  body: string,
  type = 'text/event-stream',
): { body: string; verdict: Verdict } {
  const framing = reply.framing(200, type);
  if (framing === null || framing === 'by_beginning') throw new Error('no stream');
  let got = '';
  const replay = new StreamReplay(reply, framing, (wire) => (got += Buffer.from(wire).toString()));
  replay.push(Buffer.from(body));
  replay.end();
  return { body: got, verdict: replay.verdict };
}

/** Texts of a body as they are joined by a client: quotes, names and frames fall away. */
function joined(body: string): string {
  return body.replace(/[^]*?"(?:content|text|delta|response|generated_text)":"((?:[^"\\]|\\.)*)"/g, '$1');
}

describe.each(SAMPLES.filter(({ name }) => !/embed|speech|transcription|show/.test(name)))(
  'personal data in $name',
  (sample) => {
    const { path, streamPath = path } = sample;
    const streaming = streamPath === path ? { stream: true } : {};

    it('stands under pseudonyms for the model and comes back whole', () => {
      const asked = ask(path, sample.request(`I am ${MAIL}, card ${CARD}. Again ${MAIL}.`));
      expect(asked.verdict).toMatchObject({ kind: 'redact', tokenised: { EMAIL: 1, CREDIT_CARD: 1 } });
      expect(asked.passed).not.toMatch(/anna|4111/);
      const [mail = '', card = ''] = pseudonymsIn(asked.passed);
      expect([mail, card]).toEqual([
        expect.stringMatching(/^<EMAIL_\d{6}>$/),
        expect.stringMatching(/^<CREDIT_CARD_\d{6}>$/),
      ]);
      expect(asked.passed.split(mail)).toHaveLength(3);
      const got = whole(asked, sample.whole(`To ${mail} with ${card}, not <EMAIL_1> or <EMAIL_000000>.`));
      expect(JSON.parse(got.body)).toEqual(
        sample.whole(`To ${MAIL} with ${CARD}, not <EMAIL_1> or <EMAIL_000000>.`),
      );
      expect(got.verdict).toMatchObject({ kind: 'allow', hits: [], tokenised: { EMAIL: 1, CREDIT_CARD: 1 } });
    });

    const { stream } = sample;
    (stream === null ? it.skip : it)('comes back in a stream, wherever it is cut', () => {
      const asked = ask(streamPath, sample.request(`I am ${MAIL}, card ${CARD}.`, streaming));
      const [mail = '', card = ''] = pseudonymsIn(asked.passed);
      const said = `<b>To</b> ${mail} with ${card}, < 3 <EMAIL_1> ${mail.slice(0, -1)}`;
      const meant = said.replace(`${mail} `, `${MAIL} `).replace(card, CARD);
      for (const pieces of [Array.from(said), said.match(/.{1,7}/gs) ?? [], [said]]) {
        const got = streamed(asked, stream?.(pieces) ?? '', sample.streamType);
        expect(joined(got.body)).toContain(meant);
        expect(got.verdict).toMatchObject({
          kind: 'allow',
          tokenised: { EMAIL: expect.anything() as number },
        });
      }
    });
  },
);

describe('pseudonyms', () => {
  function chat(...contents: readonly string[]): Asked {
    return ask(CHAT.path, { model: 'm', messages: contents.map((content) => ({ role: 'user', content })) });
  }

  it('are the same where the history is sent again, cut or not, and for one caller only', () => {
    const [mail] = pseudonymsIn(chat('first a.b@c.example', MAIL).passed).slice(1);
    expect(pseudonymsIn(chat(MAIL).passed)).toEqual([mail]);
    expect(pseudonymsIn(chat(MAIL, 'again').passed)).toEqual([mail]);
    const identity = {
      via: 'jwt',
      issuer: 'i',
      subject: 's',
      groups: [],
      claims: {},
    } as unknown as Caller['identity'];
    const other = ask(CHAT.path, CHAT.request(MAIL), { identity });
    expect(pseudonymsIn(other.passed)).not.toEqual([mail]);
  });

  it('stay as they are where the caller wrote them', () => {
    const [mail = ''] = pseudonymsIn(chat(MAIL).passed);
    const asked = chat(`What is ${mail}?`, MAIL);
    const [literal, made = ''] = pseudonymsIn(asked.passed);
    expect(literal).toBe(mail);
    expect(made).toMatch(/^<EMAIL_\d{7}>$/);
    expect(whole(asked, CHAT.whole(`${mail} ${made}`)).body).toContain(`"content":"${mail} ${MAIL}"`);
  });

  it('never stand for credentials', () => {
    const asked = chat(`${MAIL} has the key ${SECRET}`);
    expect(asked.passed).toContain('has the key [SECRET]');
    expect(asked.verdict).toMatchObject({ tokenised: { EMAIL: 1 } });
  });

  it('restore nothing where policy only observes', () => {
    const policy = policyOf('mode: observe\ningress: { pii: { action: tokenise } }');
    const asked = ask(CHAT.path, CHAT.request(MAIL), { policy });
    expect(asked.passed).toContain(MAIL);
    expect(asked.verdict).toMatchObject({ kind: 'allow', hits: [{ action: 'tokenise', mode: 'observe' }] });
  });

  it('do not excuse what the model says by itself', () => {
    const asked = chat(MAIL);
    const [mail = ''] = pseudonymsIn(asked.passed);
    const got = whole(asked, CHAT.whole(`${mail} or bob@example.org`));
    expect(got.body).toContain(`${MAIL} or [EMAIL]`);
    expect(got.verdict).toMatchObject({ kind: 'redact', tokenised: { EMAIL: 1 } });
  });

  it('are judged by what they stand for', () => {
    const asked = chat('See x@evil.example');
    const [mail = ''] = pseudonymsIn(asked.passed);
    const link = `![i](https://${mail}/a?d=1)`;
    for (const got of [
      whole(asked, CHAT.whole(link)).body,
      joined(
        streamed(
          ask(CHAT.path, CHAT.request('See x@evil.example', { stream: true })),
          CHAT.stream?.(Array.from(link)) ?? '',
        ).body,
      ),
    ]) {
      expect(got).toContain('[LINK]');
      expect(got).not.toContain('evil');
    }
  });
});

describe('values in JSON that a text holds', () => {
  const HOME = '742 Evergreen Terrace\nSpringfield, IL 62704';
  const policy = policyOf(
    'ingress: { injection: { action: "off" }, pii: { action: tokenise, entities: [EMAIL, PHONE, ADDRESS] } }\naction: { default: allow }',
  );
  const asking = (content: string, more: object = {}): Asked =>
    ask(CHAT.path, { model: 'm', messages: [{ role: 'user', content }], ...more }, { policy });

  it.each([
    ['e-mail', '{"to":"bob\\u0040corp.test"}', 'bob@corp.test'],
    ['telephone, as .NET writes it', '{"to":"\\u002b49 30 901820"}', '+49 30 901820'],
    ['address', `{"to":${JSON.stringify(HOME)}}`, HOME],
    ['address in JSON in JSON', JSON.stringify({ is: JSON.stringify({ to: HOME }) }), HOME],
    ['percent', 'https://a.example/?to=bob%40corp.test', 'bob@corp.test'],
  ])('come back as what they mean: %s', (_name, content, value) => {
    const asked = asking(content);
    expect(asked.passed).not.toMatch(/bob|901820|Evergreen/);
    const [pseudonym = ''] = pseudonymsIn(asked.passed);
    const reply = whole(asked, CHAT.whole(`${pseudonym}!`));
    expect(reply.body).toContain(`"content":${JSON.stringify(`${value}!`)}`);
  });

  it('come back in structured output that can be read', () => {
    const more = { response_format: { type: 'json_object' } };
    const asked = asking(`Ship to\n${HOME}`, more);
    const [pseudonym = ''] = pseudonymsIn(asked.passed);
    const answer = JSON.stringify({ to: pseudonym, all: [pseudonym] });
    const wanted = JSON.stringify({ to: HOME, all: [HOME] });
    expect(whole(asked, CHAT.whole(answer)).body).toContain(`"content":${JSON.stringify(wanted)}`);
    const live = asking(`Ship to\n${HOME}`, { ...more, stream: true });
    const { body } = streamed(live, CHAT.stream?.(Array.from(answer)) ?? '');
    const said = [...body.matchAll(/"content":("(?:[^"\\]|\\.)*")/g)].map(
      ([, text = '']) => JSON.parse(text) as string,
    );
    expect(said.join('')).toBe(wanted);
  });
});

describe('arguments of calls', () => {
  const POLICY = policyOf(
    `ingress: { injection: { action: "off" }, pii: { action: tokenise } }\naction: { tools: [{ name: send, arguments: "args.to == '${MAIL}'", sources: { to: [user] } }] }`,
  );
  const call = (args: string): object => ({
    index: 0,
    id: 'call_1',
    type: 'function',
    function: { name: 'send', arguments: args },
  });
  const tools = [{ type: 'function', function: { name: 'send', parameters: { type: 'object' } } }];

  function asking(stream: boolean): { asked: Asked; mail: string } {
    const asked = ask(CHAT.path, CHAT.request(`Mail ${MAIL}`, { tools, stream }), { policy: POLICY });
    return { asked, mail: pseudonymsIn(asked.passed)[0] ?? '' };
  }

  const called = (args: string): object => ({
    ...CHAT.whole(''),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: null, tool_calls: [call(args)] },
        finish_reason: 'tool_calls',
      },
    ],
  });
  const frame = (delta: object, finish: string | null = null): string =>
    sse({ choices: [{ index: 0, delta, finish_reason: finish }] });
  const streamedCall = (args: string): string =>
    [
      frame({ tool_calls: [call('')] }),
      ...Array.from(args, (piece) => frame({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
      frame({}, 'tool_calls'),
      sse('[DONE]'),
    ].join('');

  it.each<[string, (mail: string) => string]>([
    ['as it stands', (mail) => mail],
    ['with escaped brackets', (mail) => mail.replace('<', '\\u003c').replace('>', '\\u003e')],
    ['with an escaped letter', (mail) => mail.replace('E', '\\u0045')],
  ])('are judged and run with the value, %s', (_name, form) => {
    const { asked, mail } = asking(false);
    const got = whole(asked, called(`{"to":"${form(mail)}"}`));
    expect(got.verdict).toMatchObject({ kind: 'allow', tokenised: { EMAIL: 1 } });
    expect(got.body).toContain(JSON.stringify(`{"to":"${MAIL}"}`));
    const live = asking(true);
    const sent = streamed(live.asked, streamedCall(`{"to":"${form(live.mail)}"}`));
    expect(sent.verdict).toMatchObject({ kind: 'allow', tokenised: { EMAIL: 1 } });
    expect(sent.body).toContain(JSON.stringify(`{"to":"${MAIL}"}`));
  });

  it('are judged as they stand where nothing is restored', () => {
    const { asked, mail } = asking(false);
    const args = `{"to":"${mail.replace('<', '&lt;').replace('>', '&gt;')}"}`;
    expect(whole(asked, called(args)).verdict).toMatchObject({ kind: 'block', code: 'tool_not_allowed' });
  });

  it('cut short are refused, restored or not', () => {
    const { asked, mail } = asking(true);
    const got = streamed(asked, streamedCall(`{"to":"${mail}`));
    expect(got.verdict).toMatchObject({ kind: 'block', code: 'tool_not_allowed' });
    expect(got.body).not.toContain(MAIL);
  });

  it('are refused where the value is not the allowed one', () => {
    const asked = ask(CHAT.path, CHAT.request(`Mail bob@example.org, not ${MAIL}`, { tools }), {
      policy: POLICY,
    });
    const [bob = ''] = pseudonymsIn(asked.passed);
    const got = whole(asked, called(`{"to":"${bob}"}`));
    expect(got.verdict).toMatchObject({ kind: 'block', code: 'tool_not_allowed' });
  });
});
