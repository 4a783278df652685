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
    ['my-rule', null, 'action.tools'],
    ['tool.when', 'The condition `when` of the entry does not hold.', 'action.tools'],
    ['pii.email', 'E-mail address.', 'egress.pii.entities'],
  ])('of the rule %s says what it means and what to do', (rule, meaning, key) => {
    const fix = expect.stringContaining(key) as string;
    expect(shownHit({ ...HIT, rule, action: 'block' })).toMatchObject({ rule, meaning, fix, score: null });
  });

  it('of a code that is not known here says nothing', () => {
    expect(shownHit({ ...HIT, rule: 'new', code: 'newer', action: 'block' })).toMatchObject({
      ...{ meaning: null, fix: null },
    });
  });

  it.each(['mask', 'tokenise', 'redact'])('that made the action %s is shown as redacted', (action) => {
    expect(shownHit({ ...HIT, action, score: 0.9 })).toMatchObject({ action: 'redact', score: 0.9 });
  });
});
