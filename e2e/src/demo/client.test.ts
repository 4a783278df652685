import { displayed } from './client.ts';

it.each([
  [[], ''],
  [[{ content: null, refusal: null }], ''],
  [[{ refusal: 'A tool was refused.' }], 'A tool was refused.'],
  [
    [{ content: 'Pay to [IBAN].' }, { refusal: 'A tool ' }, { refusal: 'was refused.' }],
    'Pay to [IBAN]. A tool was refused.',
  ],
  [[{ content: 'Pay to [IBAN].\n' }, { content: '', refusal: 'A tool.' }], 'Pay to [IBAN].\nA tool.'],
  [[{ content: 'Pay ' }, { content: 'to [IBAN].' }], 'Pay to [IBAN].'],
])('%j is shown as %j', (deltas, text) => {
  expect(displayed(deltas)).toBe(text);
});
