import type { Workload } from '../../exchange/index.ts';
import { differences } from '../kinds/agreed.ts';
import { PolicyInvalid } from '../kinds/problem.ts';
import type { CompletePolicy } from '../layers/fill.ts';
import type { CompiledState } from './compiled.ts';

const DEFAULT_PORT = 6379;

/** Null where no layer names a server. @throws PolicyInvalid where layers name different ones */
export function compileState(
  { server, timeout, onUnreachable }: CompletePolicy['state'],
  { namespace, owner }: Workload,
): CompiledState | null {
  if (server === undefined) return null;
  const [differing] = differences(server);
  if (differing !== undefined)
    throw new PolicyInvalid([
      {
        source: 'effective policy',
        line: null,
        column: null,
        path: `state.server.${differing}`,
        message: 'layers differ: replicas would not count together',
      },
    ]);
  const { protocol, hostname, port, pathname, username } = new URL(server.url);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? DEFAULT_PORT : Number(port),
    isTls: protocol === 'valkeys:' || protocol === 'rediss:',
    database: Number(pathname.slice(1)),
    user: username === '' ? null : username,
    passwordFile: server.passwordFile ?? null,
    keyFile: server.keyFile,
    keyPrefix: server.keyPrefix,
    workload: JSON.stringify([namespace, owner?.kind ?? null, owner?.name ?? null]),
    timeoutMs: timeout,
    onUnreachable,
  };
}
