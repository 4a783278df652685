import type { Setting } from '../../policy/compile/compiled.ts';
import { policyRules } from '../egress/egress.ts';
import type { McpContext } from './judge.ts';

/** True if any enforced section of the policy judges these messages: the entry of the server, or the text rules of this direction. */
export function isEnforcedFor({ action: { policy }, server, way }: McpContext): boolean {
  if (policy.mode === 'observe') return false;
  if (server.mode === 'enforce' || server.tools.mode === 'enforce') return true;
  const { injection, secrets, pii, rules, media } = policy.ingress;
  const settings: readonly (Pick<Setting, 'mode'> | null)[] =
    way === 'in'
      ? [injection, secrets, pii, ...rules, ...Object.values(media)]
      : [...policyRules(policy), ...Object.values(policy.egress.media)];
  return settings.some((setting) => setting?.mode === 'enforce');
}
