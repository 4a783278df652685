import { parseFlags, UsageError, type CommandSpec } from '@llm-boundary/sidecar/flags';

import { ANCHOR_SPEC } from './anchor-flags.ts';
import { CHECK_SPEC } from './check-command.ts';
import { CONSOLE_SPEC } from './console-command.ts';
import { POSTURE_SPEC } from './posture-command.ts';
import { SERVE_SPEC } from './serve-flags.ts';

// Names of namespaces go into the paths of the API server.
it.each<[CommandSpec, string, ...string[]]>([
  [POSTURE_SPEC, '-n'],
  [POSTURE_SPEC, '--namespace'],
  [POSTURE_SPEC, '--system-namespace'],
  [CHECK_SPEC, '--system-namespace'],
  [CONSOLE_SPEC, '--namespace'],
  [ANCHOR_SPEC, '--namespace', '--dir', 'd'],
  [SERVE_SPEC, '--namespace'],
])('takes no path: %#', (spec, flag, ...more) => {
  for (const name of ['chat/pods', 'chat?x=1#', '..', 'Chat']) {
    const run = (): unknown => parseFlags(spec, [flag, name, ...more], {});
    expect(run).toThrow(UsageError);
    expect(run).toThrow(`${JSON.stringify(name)}: expected the name of a namespace`);
  }
});
