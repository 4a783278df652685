import { EXIT_NO, EXIT_OK, parseFlags } from '@llm-boundary/sidecar/flags';

import { AFTER } from '../check/after.ts';
import { BEFORE } from '../check/before.ts';
import { checkText, isProven, runChecks } from '../check/result.ts';
import { connect } from '../kube/connection.ts';
import { CLUSTER_FLAGS } from './cluster-flags.ts';

export const CHECK_SPEC = {
  command: 'llm-boundary-webhook check',
  describe:
    'Checks whether a cluster is ready for an installation (--pre), or whether an installation is healthy, and says of each finding what to do about it. Nothing is changed: a pod is created as a dry run, in the namespace default. Exit 3 when something failed or could not be looked at; warnings do not count.',
  flags: [
    {
      name: 'pre',
      env: 'LLM_BOUNDARY_PRE',
      kind: 'switch',
      describe: 'Before an installation: is the cluster ready?',
    },
    ...CLUSTER_FLAGS,
  ],
} as const;

/** @returns the exit status @throws UsageError, and KubeError without a cluster */
export async function checkCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  { out, version }: { readonly out: (text: string) => void; readonly version: () => string },
): Promise<number> {
  const parsed = parseFlags(CHECK_SPEC, argv, env);
  if (parsed.kind === 'help') {
    out(parsed.text);
    return EXIT_OK;
  }
  const { pre, context, output, 'system-namespace': systemNamespace } = parsed.flags;
  const rest = connect(context);
  const results = await runChecks(pre ? BEFORE : AFTER, {
    send: (request) => rest.send(request),
    systemNamespace: systemNamespace ?? 'llm-boundary',
    version: version(),
    nowMs: Date.now(),
  });
  out(output === 'json' ? `${JSON.stringify({ checks: results }, null, 2)}\n` : checkText(results));
  return isProven(results) ? EXIT_OK : EXIT_NO;
}
