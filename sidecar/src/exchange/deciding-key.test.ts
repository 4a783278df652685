import { decidingKey } from './deciding-key.ts';
import type { Control } from './verdict.ts';

it.each<[Control, string, string | null]>([
  ['ingress', 'pii.email', 'ingress.pii'],
  ['egress', 'pii.email', 'egress.pii'],
  ['egress', 'secret.npm-token', 'egress.secrets'],
  ['ingress', 'rule.no-payroll', 'ingress.rules'],
  ['egress', 'rule.pii.email', 'egress.rules'],
  ['egress', 'link.image', 'egress.links'],
  ['egress', 'leak.system-prompt', 'egress.promptLeak'],
  ['egress', 'document.handbook', 'egress.documents'],
  ['ingress', 'injection.override', 'ingress.injection'],
  ['action', 'tool.when', null],
  ['ingress', 'limits.spend', null],
  ['ingress', 'pii', null],
  ['ingress', 'toString.x', null],
])('the key of the control %s whose rule is %s', (control, rule, key) => {
  expect(decidingKey({ control, rule })).toBe(key);
});
