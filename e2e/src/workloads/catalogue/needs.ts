import type { Pod } from '@llm-boundary/webhook/inject';

import type { Need } from './case.ts';

/** An injection, as far as it answers for what a workload needs. */
export interface Admitted {
  readonly pod: Pod;
  readonly capture: 'redirect' | 'takeover';
  readonly warnings: readonly string[];
}

const SAID: Readonly<Record<Exclude<Need, 'kubernetes-api'>, RegExp>> = {
  'children-of-root': /changes its user or gains privileges, which fails|it gets group 0 and no SETUID/,
  database: /action\.tcp/,
  'hook-call': /has a postStart hook/,
  'other-pods': /serves one model from several pods|is inspected as HTTP but looks like/,
  'unread-environment': /has envFrom/,
  'own-port-in-urls': /set WEBHOOK_URL/,
};

/** Needs that takeover does not touch: it captures the ports of the server and nothing else. */
const UNTOUCHED_BY_TAKEOVER: ReadonlySet<Need> = new Set([
  'children-of-root',
  'database',
  'kubernetes-api',
  'other-pods',
]);

/** A pod of the Kubernetes API's clients: redirect gives them its name, so that policy can allow it. */
function namesKubernetes({ spec }: Pod): boolean {
  return spec.containers.every(({ env }) =>
    (env ?? []).some(
      ({ name, value }) => name === 'KUBERNETES_SERVICE_HOST' && value === 'kubernetes.default.svc',
    ),
  );
}

function isMet(need: Need, { pod, capture, warnings }: Admitted): boolean {
  if (capture === 'takeover' && UNTOUCHED_BY_TAKEOVER.has(need)) return true;
  // Under redirect the port of the server stays.
  if (capture === 'redirect' && need === 'own-port-in-urls') return true;
  if (need === 'kubernetes-api') return namesKubernetes(pod);
  return warnings.some((warning) => SAID[need].test(warning));
}

/** The needs that are neither carried nor spoken of: silent failures. */
export function unmetNeeds(needs: readonly Need[], admitted: Admitted): readonly Need[] {
  return needs.filter((need) => !isMet(need, admitted));
}
