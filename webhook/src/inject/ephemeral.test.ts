import { DEFAULT_CONFIG } from '../pod/config.ts';
import { parsePod } from '../pod/pod.ts';
import { guardEphemeral } from './ephemeral.ts';
import { testPolicies } from './fixtures.ts';
import { inject } from './inject.ts';

const namespace = { metadata: { name: 'chat', labels: { 'llm-boundary.io/inject': 'true' } } };
const bare = { spec: { containers: [{ name: 'model', image: 'm', ports: [{ containerPort: 8000 }] }] } };

function joined(securityContext: unknown): ReturnType<typeof guardEphemeral> {
  const result = inject({ pod: bare, namespace, policies: testPolicies, config: DEFAULT_CONFIG });
  if (result.kind !== 'injected') throw new Error(result.kind);
  const ephemeralContainers = [{ name: 'debugger', image: 'busybox', securityContext }];
  const pod = parsePod({ ...result.pod, spec: { ...result.pod.spec, ephemeralContainers } });
  if (!pod.ok) throw new Error(pod.field);
  return guardEphemeral(pod.value, 0);
}

/** What each profile of `kubectl debug` sets (kubectl: pkg/cmd/debug/profiles.go). */
describe('a container of kubectl debug, in a pod under redirect', () => {
  it.each([
    ['general, the default', { capabilities: { add: ['SYS_PTRACE'] } }],
    ['netadmin', { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } }],
    ['sysadmin', { privileged: true }],
  ])('%s: refused, with the profiles that work', (_profile, securityContext) => {
    expect(joined(securityContext)).toMatchObject({
      kind: 'refused',
      fix: 'Use kubectl debug --profile=baseline, or --profile=restricted.',
    });
  });

  it('as the user of the sidecar: refused for another reason, which no profile changes', () => {
    const refused = joined({ runAsUser: 15400 });
    expect(refused).toMatchObject({ kind: 'refused', code: 'uid_taken' });
    expect(JSON.stringify(refused)).not.toContain('profile');
  });

  it.each([
    ['baseline', undefined],
    ['restricted', { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true }],
  ])('%s: joins', (_profile, securityContext) => {
    expect(joined(securityContext)).toMatchObject({ kind: 'guarded' });
  });
});
