import type { JsonValue } from './json/index.ts';
import { tokenTexts } from './token-texts.ts';

const SECRET = 'a secret of some length';
function spell(text: string): readonly number[] {
  return [...Buffer.from(text)];
}

describe('tokenTexts', () => {
  it.each<[string, JsonValue]>([
    ['bytes of the chosen token', [{ token: 'hi', logprob: -1, bytes: spell(SECRET) }]],
    [
      'bytes of an alternative',
      [{ token: 'hi', top_logprobs: [{ token: 'ho', bytes: spell(SECRET) }], bytes: null }],
    ],
    ['bytes as a string', [{ token: 'hi', bytes: SECRET }]],
    ['a string among bytes', [{ token: 'hi', bytes: [104, SECRET] }]],
    ['a member that is not known', [{ token: 'hi', decoded_token: SECRET }]],
    ['the name of a member', [{ token: 'hi', [SECRET]: 1 }]],
    ['a probability', [{ token: 'hi', logprob: SECRET }]],
    ['a token that is a list', [{ token: [SECRET] }]],
    ['a list in place of a step', [[SECRET]]],
    ['a string in place of the list', SECRET],
    ['a list of probabilities', [{ token: 'hi', logprob: [SECRET] }]],
    ['alternatives that are no list', [{ token: 'hi', top_logprobs: { a: SECRET } }]],
    ['a member of the other form', [{ token: 'hi', candidates: [SECRET] }]],
    ['chosen candidates that are no list', { chosenCandidates: { a: SECRET } }],
    ['a string in place of a step of Gemini', { topCandidates: [SECRET] }],
    ['candidates of a step that are no list', { topCandidates: [{ candidates: { a: SECRET } }] }],
    ['both spellings', { chosenCandidates: [], chosen_candidates: [{ token: SECRET }] }],
    ['a member beside the candidates of Gemini', { chosenCandidates: [], note: SECRET }],
    ['a member of a step of Gemini', { topCandidates: [{ candidates: [], note: SECRET }] }],
    ['a member of a token of Gemini', { chosenCandidates: [{ token: 'a', tokenId: 1, note: SECRET }] }],
  ])('reads %s', (_name, value) => {
    const { running, alone } = tokenTexts(value);
    expect([...running, ...alone]).toContain(SECRET);
  });

  it('joins bytes over steps, apart from the tokens, also where a step has none', () => {
    const steps = [{ token: 'a', bytes: spell('se') }, { token: 'b' }, { token: 'c', bytes: spell('cret') }];
    expect(tokenTexts(steps)).toEqual({ running: ['abc', 'secret'], alone: [] });
  });

  it('joins a character that two tokens share', () => {
    const [a = 0, b = 0] = spell('é');
    const steps = [
      { token: '\\xc3', bytes: [a] },
      { token: '\\xa9', bytes: [b] },
    ];
    expect(tokenTexts(steps).running[1]).toBe('é');
  });

  it('reads lists that are longer than a call may have arguments', () => {
    const step = { token: 'a', bytes: Array(500_000).fill(65), note: Array(500_000).fill('ab') };
    const { running, alone } = tokenTexts([step]);
    expect([running[1]?.length, alone.length]).toEqual([500_000, 500_000]);
  });

  it('reads nothing twice of what servers send', () => {
    const step = { token: 'hi', logprob: -0.1, bytes: null, top_logprobs: [{ token: 'ho', logprob: -1 }] };
    expect(tokenTexts([step])).toEqual({ running: ['hi', '', 'ho'], alone: [] });
  });
});
