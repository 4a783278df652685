import { Pseudonyms } from './pseudonyms.ts';
import { exchange, segment } from './testing/judging.ts';

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
