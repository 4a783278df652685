import type { InjectConfig } from '../../pod/config.ts';
import { CONTAINERS } from '../../pod/names.ts';
import type { Container, Resources } from '../../pod/pod.ts';
import { ruleset, type RulesetInput } from '../../capture/redirect/ruleset.ts';
import { containerDefaults } from './sidecar.ts';
import { noToken } from './volumes.ts';

/**
 * Loads redirect's rules and exits. The rules are in its command line, so that a review of the pod shows them and no program has to be
 * trusted to generate them. Root with NET_ADMIN only.
 */
export function netInitContainer(input: RulesetInput, resources: Resources, config: InjectConfig): Container {
  return {
    name: CONTAINERS.netInit,
    image: config.netInitImage,
    imagePullPolicy: config.imagePullPolicy,
    command: [...config.netInitCommand],
    args: [ruleset(input)],
    resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsGroup: 0,
      runAsNonRoot: false,
      runAsUser: 0,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [{ ...noToken }],
    ...containerDefaults,
  };
}
