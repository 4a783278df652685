import { Budget, scanText, Tally, type TextRule } from './index.ts';
import { Pseudonyms } from './pseudonyms.ts';
import { exchange, segment, word } from './testing/judging.ts';

it('gives different values different pseudonyms, however many there are', () => {
  const pseudonyms = new Pseudonyms(exchange());
  const made = Array.from({ length: 4_000 }, (_, index) => pseudonyms.of('EMAIL', `a${index}@example.com`));
  expect(new Set(made).size).toBe(4_000);
  expect(pseudonyms.size).toBe(4_000);
  expect(pseudonyms.counts).toEqual({ EMAIL: 4_000 });
  expect(made.every((one) => /^<EMAIL_\d{6,20}>$/.test(one))).toBe(true);
  expect(made.map((one) => pseudonyms.valueOf(one))).toEqual(made.map((_, index) => `a${index}@example.com`));
});

it('tells kinds and spellings apart', () => {
  const pseudonyms = new Pseudonyms(exchange());
  const all = [
    ...['anna@example.com', 'Anna@example.com'].map((value) => pseudonyms.of('EMAIL', value)),
    ...['4111111111111111', '4111 1111 1111 1111'].map((value) => pseudonyms.of('CREDIT_CARD', value)),
    pseudonyms.of('PHONE', '4111111111111111'),
  ];
  expect(new Set(all.map((one) => one.replace(/\D/g, ''))).size).toBe(5);
});

it('keeps the one that an earlier reply of the model has', () => {
  const before = new Pseudonyms(exchange()).of('EMAIL', 'anna@example.com');
  const thought = segment(`Ask ${before}`, { origin: 'assistant', channel: 'reasoning' });
  expect(new Pseudonyms(exchange({ segments: [thought] })).of('EMAIL', 'anna@example.com')).toBe(before);
  const written = segment(`Ask ${before}`, { origin: 'tool' });
  expect(new Pseudonyms(exchange({ segments: [written] })).of('EMAIL', 'anna@example.com')).not.toBe(before);
});

it('passes on running texts as the caller reads them', () => {
  const pseudonyms = new Pseudonyms(exchange());
  const mail = pseudonyms.of('EMAIL', 'anna@example.com');
  const heard = { a: '', b: '' };
  const hear = pseudonyms.heard((key, piece) => {
    if (key === 'a' || key === 'b') heard[key] += piece;
  });
  for (const letter of `To ${mail}, not <EMAIL_1>.`) hear('a', letter);
  hear('b', `${mail}${mail}`);
  expect(heard).toEqual({ a: 'To anna@example.com, not <EMAIL_1>.', b: 'anna@example.comanna@example.com' });
});

it('passes on what is escaped in JSON as the caller gets it', () => {
  const pseudonyms = new Pseudonyms(exchange());
  const home = pseudonyms.of('ADDRESS', '742 Evergreen Terrace\nOhio');
  let heard = '';
  const hear = pseudonyms.heard((_key, piece) => (heard += piece));
  for (const letter of `{"a":"${home}","b":["${home}"]}\n${home}.`) hear('a', letter);
  const json = '"742 Evergreen Terrace\\nOhio"';
  expect(heard).toBe(`{"a":${json},"b":[${json}]}\n742 Evergreen Terrace\nOhio.`);
});

describe('what gets no pseudonym', () => {
  const rule: TextRule = {
    action: 'tokenise',
    mode: 'enforce',
    control: 'ingress',
    code: 'content_refused',
    detector: word('anna@example.com', 'pii.email'),
  };
  const inBase64 = Buffer.from('It is anna@example.com, yes.').toString('base64');

  it.each<[string, string, Pseudonyms | null, TextRule['mode'], readonly [string, string?]]>([
    ['without a reply', 'anna@example.com', null, 'enforce', ['redact', '[EMAIL]']],
    ['without a reply, observed', 'anna@example.com', null, 'observe', ['redact']],
    ['in base64', inBase64, new Pseudonyms(exchange()), 'enforce', ['redact', '[EMAIL]']],
    ['nothing else', 'anna@example.com', new Pseudonyms(exchange()), 'observe', ['tokenise']],
  ])(
    'is redacted, and so it says on record: %s',
    (_name, text, pseudonyms, mode, [action, ...replacements]) => {
      const tally = new Tally('enforce');
      const judging = {
        tally,
        budget: new Budget(60_000, () => 0),
        ...(pseudonyms === null ? {} : { pseudonyms }),
      };
      const spans = scanText(text, '/a', [{ ...rule, mode }], judging);
      expect(spans.map((span) => span.replacement)).toEqual(replacements);
      expect(tally.verdict().hits).toMatchObject([{ rule: 'pii.email', action, mode }]);
    },
  );
});
