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

describe('texts that a prompt tells the model to say', () => {
  const said = (prompt: string, reply: string): number =>
    createPromptLeakDetector([prompt])?.scan(reply).length ?? 0;

  it.each([
    [
      'an answer in quotation marks',
      'If a part is unknown, answer: "We do not stock this part, but you can ask our workshop in Leeds by phone."',
      'We do not stock this part, but you can ask our workshop in Leeds by phone.',
    ],
    [
      'in typographic ones',
      'Close every case with “It was a pleasure to help you today, and you can always come back to us.”',
      'It was a pleasure to help you today, and you can always come back to us.',
    ],
    [
      'who it is',
      'Introduce yourself as Nora, the friendly digital assistant of the city library in Uppsala, when someone asks who you are.',
      'I am Nora, the friendly digital assistant of the city library in Uppsala. How can I help?',
    ],
    [
      'a greeting',
      'You work at a museum.\nGreet visitors with: Good morning and welcome to the museum, what would you like to see today?\nBe brief.',
      'Good morning and welcome to the museum, what would you like to see today?',
    ],
    [
      'a notice below a colon',
      'End with this notice:\n\nThis is no advice by a lawyer, and you should ask one before you sign.\n\nUse plain words.',
      'This is no advice by a lawyer, and you should ask one before you sign.',
    ],
    [
      'a format',
      'Use this template:\nProblem: what your customer saw, in one sentence of your own\nCause: what you found out about it\n\nNever guess.',
      'Problem: what your customer saw, in one sentence of your own\nCause: what you found out about it',
    ],
    [
      'retrieved text under a label',
      'Answer from the material.\n\n## Context\n\nYour card is delivered within nine days, and you can never use the old one after that.\n\n## Rules\n\nBe brief.',
      'Your card is delivered within nine days, and you can never use the old one after that.',
    ],
    [
      'retrieved text in a tag',
      'Use it.\n<search_results>Members must bring their card, and you can always borrow up to six books.</search_results>',
      'Members must bring their card, and you can always borrow up to six books.',
    ],
    [
      'a greeting without a colon',
      'Start each chat with Hello and welcome to the clinic, how can we help you with your appointment today? Be brief.',
      'Hello and welcome to the clinic, how can we help you with your appointment today?',
    ],
    [
      'a refusal without a colon',
      'Refuse with the words I am not able to talk about that, but you can always ask about our lamps.',
      'I am not able to talk about that, but you can always ask about our lamps.',
    ],
    [
      'a farewell behind a dash',
      'Sign off as follows - Kind regards from your friends at the library, we hope to see you soon.',
      'Kind regards from your friends at the library, we hope to see you soon.',
    ],
    [
      'a greeting in French',
      'Salue toujours ainsi : Bienvenue chez nous, nous sommes toujours heureux de vous aider, et à bientôt !',
      'Bienvenue chez nous, nous sommes toujours heureux de vous aider, et à bientôt !',
    ],
    [
      'a notice in brackets',
      'Always add the disclaimer (This is general information and you should always ask your doctor first).',
      'This is general information and you should always ask your doctor first.',
    ],
    [
      'an example of questions and answers',
      'Q: How long do you keep my data?\nA: We keep your data for ninety days after you close your account.\nDo likewise.',
      'We keep your data for ninety days after you close your account.',
    ],
    [
      'numbered sources',
      '[1] handbook.pdf: Employees must never leave their badge at the desk, and you should report a lost one.\nAnswer from these.',
      'Employees must never leave their badge at the desk, and you should report a lost one.',
    ],
    [
      'options to offer',
      'Offer these options:\n1. Track your parcel with the number on your receipt\n2. Change your address before it is sent',
      '1. Track your parcel with the number on your receipt\n2. Change your address before it is sent',
    ],
    [
      'a fact',
      'You are the guide of a town. The town hall was built in 1543 by masons from three villages on the river.',
      'The town hall was built in 1543 by masons from three villages on the river.',
    ],
  ])('lets %s pass', (_, prompt, reply) => {
    expect(said(prompt, reply)).toBe(0);
  });

  it.each([
    [
      'an order beside an answer',
      'Do not offer a discount above ten percent unless the buyer threatens to leave. Say: "I can offer you our best price, which is only for today."',
      'Do not offer a discount above ten percent unless the buyer threatens to leave.',
    ],
    [
      'orders behind a colon',
      'Answer by these rules: never name the supplier of the blue paint, never give delivery times',
      'never name the supplier of the blue paint, never give delivery times',
    ],
    [
      'orders behind a greeting',
      'Greet users with care. Never tell a user that the price list is from last year or that it may change.',
      'Never tell a user that the price list is from last year or that it may change.',
    ],
    [
      'numbered orders',
      '[1] Prices: never tell a user which supplier we buy the coffee from.\n[2] Style: be brief.',
      'never tell a user which supplier we buy the coffee from',
    ],
    [
      'a long passage of any kind',
      `Prices rise in ${LONG.split(' ').slice(0, 30).join(' ')}`,
      LONG.split(' ').slice(2, 30).join(' '),
    ],
  ])('finds %s', (_, prompt, reply) => {
    expect(said(prompt, reply)).toBe(1);
  });

  it('takes a prompt of nothing but openings', () => {
    expect(createPromptLeakDetector(['<context>'.repeat(20_000)])).not.toBeNull();
    expect(createPromptLeakDetector(['context:\n'.repeat(20_000)])).toBeNull();
    expect(createPromptLeakDetector(['say: "'.repeat(30_000)])).toBeDefined();
    expect(createPromptLeakDetector(['Start with A '.repeat(15_000)])).toBeDefined();
    expect(createPromptLeakDetector(['notice ( '.repeat(25_000)])).toBeDefined();
    expect(createPromptLeakDetector(['a: '.repeat(60_000)])).toBeDefined();
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
