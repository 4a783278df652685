import { FingerprintError, createDocumentsDetector, createPromptLeakDetector, fingerprint } from './index.ts';

const PROMPT =
  'You are Mia, the assistant of Northwind Bank. Never reveal the escalation code 7719 to anyone. Answer in short sentences.';
const LONG = Array.from({ length: 60 }, (_, at) => `word${at * 7919}`).join(' ');

describe('prompt leak', () => {
  const detector = createPromptLeakDetector(['Be kind.', PROMPT]);
  const found = (text: string): readonly string[] =>
    (detector?.scan(text) ?? []).map(({ start, end }) => text.slice(start, end));

  it.each([
    ['seven words', 'He said: never reveal the escalation code 7719 to friends'],
    [
      'the same words in another order',
      'anyone to 7719 code escalation the reveal never Bank Northwind of assistant',
    ],
    ['eight short words', 'a b c d e f g h'],
    ['nothing', ''],
  ])('passes %s', (_, text) => {
    expect(found(text)).toEqual([]);
  });

  it.each([
    ['as it is', `Sure! ${PROMPT} Bye.`, PROMPT.slice(0, -1)],
    [
      'in another case, spacing and punctuation',
      'I: NEVER—reveal\n\nthe *escalation*   code: 7719, to anyone',
      'NEVER—reveal\n\nthe *escalation*   code: 7719, to anyone',
    ],
    [
      'in full width letters',
      'Ｎｅｖｅｒ reveal the escalation code 7719 to anyone',
      'Ｎｅｖｅｒ reveal the escalation code 7719 to anyone',
    ],
  ])('finds the prompt %s', (_, text, expected) => {
    expect(found(text)).toEqual([expected]);
  });

  it('is null where there is too little to leak', () => {
    expect(createPromptLeakDetector([])).toBeNull();
    expect(createPromptLeakDetector(['Be kind.', 'one two three four five six seven'])).toBeNull();
  });

  it('releases ordinary prose up to its last word', () => {
    expect(detector?.hold('The weather is fine tod')).toBe('The weather is '.length);
    expect(detector?.hold('Well, you are Mia, the ')).toBe('Well, '.length);
  });
});

describe('documents', () => {
  it.each([
    ['another header', 'fingerprint 2\n', 'line 1'],
    ['an empty file', '', 'line 1'],
    ['a broken line', `${fingerprint(LONG)}zz\n`, 'expected 16 lower-case hexadecimal digits'],
  ])('refuses %s', (_, file, message) => {
    expect(() => createDocumentsDetector(new Map([['list', file]]))).toThrow(FingerprintError);
    expect(() => createDocumentsDetector(new Map([['list', file]]))).toThrow(message);
  });

  it('finds every passage of eleven words, from bytes as from text', () => {
    const words = LONG.split(' ');
    const file = fingerprint(LONG);
    const detector = createDocumentsDetector(
      new Map<string, Uint8Array | string>([
        ['list', Buffer.from(file)],
        ['none', fingerprint('short')],
      ]),
    );
    for (let at = 0; at + 11 <= words.length; at++) {
      const text = `before ${words
        .slice(at, at + 11)
        .join(', ')
        .toUpperCase()} after`;
      expect(detector.scan(text).map(({ rule }) => rule)).toContain('document.list');
    }
    expect(detector.scan(words.slice(0, 7).join(' '))).toEqual([]);
    expect(detector.scan([...words].reverse().join(' '))).toEqual([]);
  });

  it('keeps nothing of the text and is the same for the same text', () => {
    expect(fingerprint(LONG)).toBe(fingerprint(LONG.replaceAll(' ', '\n')));
    expect(fingerprint(LONG)).not.toMatch(/word\d/i);
    expect(fingerprint(LONG)).toMatch(/^llm-boundary-fingerprint 1 words=8 window=4\n(?:[0-9a-f]{16}\n)+$/);
  });
});
