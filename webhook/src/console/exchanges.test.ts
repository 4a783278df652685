import { shownHit } from './exchanges.ts';

const HIT = {
  control: 'action',
  rule: 'tool.when',
  mode: 'enforce',
  code: 'tool_not_allowed',
  pointer: null,
} as const;

describe('a hit', () => {
  it.each([
    ['tool.when', 'The condition `when` of the entry does not hold.'],
    ['pii.email', null],
    ['my-rule', null],
  ])('of the rule %s says what it refuses where the reference does', (rule, meaning) => {
    expect(shownHit({ ...HIT, rule, action: 'block' })).toMatchObject({ rule, meaning, score: null });
  });

  it.each(['mask', 'tokenise', 'redact'])('that made the action %s is shown as redacted', (action) => {
    expect(shownHit({ ...HIT, action, score: 0.9 })).toMatchObject({ action: 'redact', score: 0.9 });
  });
});
