import { REFUSALS } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { policyOf } from '../test-kit.ts';
import { asked } from '../testing/asked.ts';
import { SAMPLES } from '../testing/samples.ts';
import { StreamReplay } from './stream-replay.ts';

const REDACTING = policyOf(
  'egress: { pii: { action: redact, entities: [IBAN, EMAIL] }, rules: [{ id: never, pattern: "never say", action: block }] }',
);
const IBAN = 'DE89 3704 0044 0532 0130 00';

/** Text of a reply, and how it is passed on. */
const TEXTS: readonly (readonly [said: string, meant: string])[] = [
  [`It is ${IBAN}. A tool was offered.`, 'It is [IBAN]. A tool was offered.'],
  [`It is ${IBAN} and more.`, 'It is [IBAN] and more.'],
  [`It is ${IBAN}.\nA line. ${IBAN}\n\nAn end.`, 'It is [IBAN].\nA line. [IBAN]\n\nAn end.'],
  [`${IBAN} a.b@c.example  two spaces`, '[IBAN] [EMAIL]  two spaces'],
  [`Behind ${IBAN} `, 'Behind [IBAN] '],
];

type Sample = (typeof SAMPLES)[number];

function whole(sample: Sample, text: string): string {
  const { reply } = readOf(sample.path, sample.request('Hi.'), REDACTING);
  const said = sample.whole(text);
  const body = Buffer.from(typeof said === 'string' ? said : JSON.stringify(said));
  return reply.whole({ status: 200, type: 'application/json', body }).body.toString();
}

function readOf(
  path: string,
  body: object,
  policy: CompiledPolicy,
): Extract<ReturnType<typeof asked>, { kind: 'read' }> {
  const read = asked(policy, path, body);
  if (read.kind !== 'read') throw new Error('unreadable');
  return read;
}

/** What the client gets of a stream. */
function streamed(sample: Sample, pieces: readonly string[]): string {
  const { path, streamPath = path, stream, streamType } = sample;
  const body = sample.request('Hi.', streamPath === path ? { stream: true } : {});
  const { reply } = readOf(streamPath, body, REDACTING);
  const framing = reply.framing(200, streamType);
  if (framing === null || framing === 'by_beginning' || stream === null) throw new Error('no stream');
  let got = '';
  const replay = new StreamReplay(reply, framing, (wire) => (got += Buffer.from(wire).toString()));
  replay.push(Buffer.from(stream(pieces)));
  replay.end();
  return got;
}

/** Texts of a body as they are joined by a client: quotes, names and frames fall away. */
function joined(body: string): string {
  return body.replace(/[^]*?"(?:content|text|delta|response|generated_text)":"((?:[^"\\]|\\.)*)"/g, '$1');
}

function cuts(text: string): readonly (readonly string[])[] {
  return [Array.from(text), text.match(/.{1,7}/gs) ?? [], [text]];
}

const SPOKEN = SAMPLES.filter(({ name }) => !/embed|speech|transcription|show/.test(name));

describe.each(SPOKEN)('spaces in $name', (sample) => {
  it.each(TEXTS)('%j: %j', (said, meant) => {
    expect(JSON.parse(whole(sample, said))).toEqual(sample.whole(meant));
    if (sample.stream === null) return;
    for (const pieces of cuts(said))
      expect(joined(streamed(sample, pieces))).toContain(JSON.stringify(meant).slice(1, -1));
  });

  (sample.stream === null ? it.skip : it)(
    'the notice that ends a withheld stream is a text of its own',
    () => {
      const { message } = REFUSALS.sensitive_output;
      const said = `It is ${IBAN}. I ${'will '.repeat(40)}never say it.`;
      for (const body of cuts(said).map((pieces) => streamed(sample, pieces))) {
        expect(body).not.toContain('never say');
        // It begins a text of JSON, or follows the code; some protocols have no place for it.
        const before = body.split(message).slice(0, -1);
        if (/openai-chat|responses|anthropic|gemini/.test(sample.name)) expect(before).not.toEqual([]);
        for (const part of before) expect(part.slice(-2)).toMatch(/"$|: $/);
      }
    },
  );
});
