import type { Setting } from '../../policy/compile/compiled.ts';
import { policyRules } from '../egress/egress.ts';
import type { McpContext } from './judge.ts';

/** True where something that the policy enforces judges these messages: the entry of the server, or what texts of this way are judged by. */
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
