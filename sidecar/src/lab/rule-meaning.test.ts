import { ruleMeaning } from './rule-meaning.ts';

it.each<[string, string, string | null, RegExp | null]>([
  ['of a newer sidecar', 'new.rule', null, null],
  ['toString', 'toString', null, null],
  ['rule.my-rule', 'content_refused', null, /ingress\.rules/],
  // Own rules that are named like those of detectors and of the action control.
  ['rule.pii.iban', 'content_refused', null, /ingress\.rules/],
  ['rule.tool.when', 'sensitive_output', null, /egress\.rules/],
  ['rule.document.handbook', 'sensitive_output', null, /egress\.rules/],
  ['limits.spend', 'limit_exceeded', null, /retry-after/],
  ['tool.when', 'tool_not_allowed', 'The condition `when` of the entry does not hold.', /action\.tools/],
  [
    'pii.iban',
    'sensitive_output',
    'International bank account number: country length and MOD 97-10 check.',
    /entities/,
  ],
  ['secret.npm-token', 'secret_detected', 'npm token.', /^Revoke/],
])('the rule %s with the code %s', (rule, code, meaning, fix) => {
  const found = ruleMeaning({ rule, code });
  expect(found.meaning).toBe(meaning);
  if (fix === null) expect(found.fix).toBeNull();
  else expect(found.fix).toMatch(fix);
});
