import { randomBytes } from 'node:crypto';

import { wellFormed } from './canonical.ts';

/** Which workload this process guards, as far as the process is told. Nothing here proves itself: a verifier key known from elsewhere does. */
export interface Identity {
  readonly cluster: string | null;
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly pod_uid: string | null;
  readonly node: string | null;
  readonly service_account: string | null;
  readonly host: string;
}

const MAX_CHARS = 128;

/**
 * The identity from the downward API's variables (`LLM_BOUNDARY_CLUSTER`, `LLM_BOUNDARY_POD_NAMESPACE`, `LLM_BOUNDARY_POD_NAME`,
 * `LLM_BOUNDARY_POD_UID`, `LLM_BOUNDARY_NODE_NAME`, `LLM_BOUNDARY_SERVICE_ACCOUNT`), each cut to 128 characters.
 */
export function identityFrom(
  environment: Readonly<Record<string, string | undefined>>,
  host: string,
): Identity {
  const read = (name: string): string | null => {
    const value = environment[`LLM_BOUNDARY_${name}`] ?? '';
    return value === '' ? null : cut(value);
  };
  return {
    cluster: read('CLUSTER'),
    namespace: read('POD_NAMESPACE'),
    pod: read('POD_NAME'),
    pod_uid: read('POD_UID'),
    node: read('NODE_NAME'),
    service_account: read('SERVICE_ACCOUNT'),
    host: cut(host),
  };
}

/**
 * The name of one process's log: `CLUSTER/NAMESPACE/POD/chain/RANDOM`. A new process is a new incarnation, so no crash can fork a log.
 * Holds no spaces and no `+`, which C2SP key names exclude.
 */
export function originOf(identity: Identity): string {
  const parts = [identity.cluster ?? 'local', identity.namespace ?? 'local', identity.pod ?? identity.host];
  return `${parts.map(segment).join('/')}/chain/${randomBytes(8).toString('hex')}`;
}

function segment(text: string): string {
  const clean = text.replace(/[^A-Za-z0-9._-]/g, '_');
  return clean === '' ? '_' : clean;
}

function cut(text: string): string {
  return wellFormed(text.slice(0, MAX_CHARS));
}
