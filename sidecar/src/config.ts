import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';

import { UsageError, type CommandSpec, type FlagValues } from './commands/flags/flags.ts';
import { loadTrust } from './forward/trust.ts';
import { LOG_LEVELS, type LogLevel } from './telemetry/log.ts';

/** Where a listener listens. Port 0: a free one; the log says which. */
interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** One inbound listener and the model port behind it. */
interface InboundRoute {
  readonly listen: ListenAddress;
  /** `http(s)://host:port`, nothing after it. */
  readonly origin: string;
}

/** A listener for clients of a port of the pod that speaks no HTTP. */
interface InboundTcpRoute {
  readonly listen: ListenAddress;
  readonly port: number;
}

/** What the kubelet asks of the sidecar in place of a container: `GET /probe/NAME` dials the target. */
interface ProbeTarget {
  readonly name: string;
  /** `http(s)://host:port/path`, `tcp://host:port` or `grpc://host:port/SERVICE`. */
  readonly url: URL;
}

/** Environment and flags, parsed once, frozen. */
export interface Config {
  readonly inbound: readonly InboundRoute[];
  readonly inboundTcp: readonly InboundTcpRoute[];
  readonly outbound: ListenAddress | null;
  readonly admin: ListenAddress;
  readonly policyPath: string;
  readonly policyName: string;
  readonly auditDir: string | null;
  readonly auditStdout: boolean;
  readonly auditKeyFile: string | null;
  /** What the certificates of upstreams are verified against. */
  readonly trust: SecureContext;
  /** Null: the system's own look-up. */
  readonly nameServers: { readonly servers: readonly string[]; readonly search: readonly string[] } | null;
  readonly probes: readonly ProbeTarget[];
  readonly canaries: readonly ListenAddress[];
  readonly drainMs: number;
  readonly upstreamTimeoutMs: number;
  /** All request bodies that are held at once. */
  readonly bodyMemoryBytes: number;
  readonly logLevel: LogLevel;
}

const FLAGS = [
  {
    name: 'inbound',
    env: 'LLM_BOUNDARY_INBOUND',
    kind: 'text',
    repeatable: true,
    value: 'LISTEN=UPSTREAM',
    describe:
      'A listener for clients and the model port behind it, such as 0.0.0.0:15410=http://127.0.0.1:8000.',
  },
  {
    name: 'inbound-tcp',
    env: 'LLM_BOUNDARY_INBOUND_TCP',
    kind: 'text',
    repeatable: true,
    value: 'LISTEN=PORT',
    describe:
      'A listener for clients of a port of this pod that speaks no HTTP, such as 0.0.0.0:15460=6379. Only while endpoints.tcp lists the port.',
  },
  {
    name: 'outbound',
    env: 'LLM_BOUNDARY_OUTBOUND',
    kind: 'text',
    value: 'LISTEN',
    describe: 'The listener for what the model container sends out. Default: none.',
  },
  {
    name: 'admin',
    env: 'LLM_BOUNDARY_ADMIN',
    kind: 'text',
    value: 'LISTEN',
    describe: 'The listener for /healthz, /readyz and /metrics. Default: 127.0.0.1:15430.',
  },
  {
    name: 'policy',
    env: 'LLM_BOUNDARY_POLICY',
    kind: 'text',
    required: true,
    value: 'PATH',
    describe: 'A policy file, or the folder that a ConfigMap is mounted on.',
  },
  {
    name: 'policy-name',
    env: 'LLM_BOUNDARY_POLICY_NAME',
    kind: 'text',
    value: 'NAME',
    describe: 'What the policy is called in records and metrics. Default: default.',
  },
  {
    name: 'audit-dir',
    env: 'LLM_BOUNDARY_AUDIT_DIR',
    kind: 'text',
    value: 'DIR',
    describe: 'Where the record is kept. Default: none; then standard output is the record.',
  },
  {
    name: 'audit-stdout',
    env: 'LLM_BOUNDARY_AUDIT_STDOUT',
    kind: 'switch',
    describe: 'Also write the record to standard output.',
  },
  {
    name: 'audit-commitment-key',
    env: 'LLM_BOUNDARY_AUDIT_COMMITMENT_KEY',
    kind: 'text',
    value: 'FILE',
    describe:
      'The key of the commitments to bodies, 64 hex digits. Default: made in the audit folder on first use.',
  },
  {
    name: 'ca',
    env: 'LLM_BOUNDARY_CA',
    kind: 'text',
    value: 'FILE',
    describe:
      "PEM certificates to trust for upstreams over TLS, in place of all others. Default: the system's bundle; where there is none, Node's.",
  },
  {
    name: 'resolver',
    env: 'LLM_BOUNDARY_RESOLVER',
    kind: 'text',
    repeatable: true,
    value: 'ADDRESS',
    describe:
      'DNS server for outbound names; /etc/hosts and /etc/resolv.conf are then ignored. Default: the resolver of the system.',
  },
  {
    name: 'search',
    env: 'LLM_BOUNDARY_SEARCH',
    kind: 'text',
    repeatable: true,
    value: 'DOMAIN',
    describe: 'With --resolver: search domain, tried when a name does not resolve as given. Default: none.',
  },
  {
    name: 'probe',
    env: 'LLM_BOUNDARY_PROBE',
    kind: 'text',
    repeatable: true,
    value: 'NAME=TARGET',
    describe:
      'Answer GET /probe/NAME on the admin listener by asking http(s)://…, tcp://… or grpc://ADDRESS/SERVICE.',
  },
  {
    name: 'canary',
    env: 'LLM_BOUNDARY_CANARY',
    kind: 'text',
    repeatable: true,
    value: 'ADDRESS',
    describe:
      'Self-test address. The sidecar becomes ready once its own connection to this address has been redirected to the admin listener.',
  },
  {
    name: 'drain-seconds',
    env: 'LLM_BOUNDARY_DRAIN_SECONDS',
    kind: 'number',
    range: [0, 3600],
    describe: 'Grace period for requests in flight after SIGTERM. Default: 25.',
  },
  {
    name: 'body-memory-mebibytes',
    env: 'LLM_BOUNDARY_BODY_MEMORY_MEBIBYTES',
    kind: 'number',
    range: [1, 65536],
    describe:
      'Most memory for the request bodies that are held at once, half of it for those still arriving. Default: 96.',
  },
  {
    name: 'upstream-timeout-seconds',
    env: 'LLM_BOUNDARY_UPSTREAM_TIMEOUT_SECONDS',
    kind: 'number',
    range: [1, 86400],
    describe: 'Longest wait for the first byte of a reply. Default: 600.',
  },
  {
    name: 'log-level',
    env: 'LLM_BOUNDARY_LOG_LEVEL',
    kind: 'enum',
    values: LOG_LEVELS,
    describe: 'Default: info. Decisions that let something pass are logged at debug.',
  },
] as const;

export const COMMAND = {
  command: 'llm-boundary-sidecar',
  describe: 'Stands in front of a model server and enforces a policy on everything that passes.',
  commands: [
    { name: 'policy', describe: 'check, explain, test and learn policies; `policy --help` says more.' },
  ],
  flags: FLAGS,
} satisfies CommandSpec<typeof FLAGS>;

/** @throws UsageError naming flag, value and what is expected */
export function configFrom(flags: FlagValues<typeof FLAGS>): Config {
  if (flags.inbound.length + flags['inbound-tcp'].length === 0 && flags.outbound === null) {
    throw new UsageError(
      '--inbound is missing; expected LISTEN=UPSTREAM, or --outbound LISTEN for a sidecar that only guards what goes out',
    );
  }
  return Object.freeze({
    inbound: flags.inbound.map(inboundRoute),
    inboundTcp: flags['inbound-tcp'].map(inboundTcpRoute),
    outbound: flags.outbound === null ? null : listenAddress('--outbound', flags.outbound),
    admin: listenAddress('--admin', flags.admin ?? '127.0.0.1:15430'),
    policyPath: flags.policy,
    policyName: flags['policy-name'] ?? 'default',
    auditDir: flags['audit-dir'],
    auditStdout: flags['audit-stdout'],
    auditKeyFile: flags['audit-commitment-key'],
    trust: trustOf(flags.ca),
    nameServers:
      flags.resolver.length === 0
        ? null
        : { servers: flags.resolver.map(serverAddress), search: flags.search },
    probes: flags.probe.map(probeTarget),
    canaries: flags.canary.map((text) => listenAddress('--canary', text)),
    drainMs: (flags['drain-seconds'] ?? 25) * 1000,
    bodyMemoryBytes: (flags['body-memory-mebibytes'] ?? 96) * 1024 * 1024,
    upstreamTimeoutMs: (flags['upstream-timeout-seconds'] ?? 600) * 1000,
    logLevel: flags['log-level'] ?? 'info',
  });
}

function inboundRoute(text: string): InboundRoute {
  const wrong = (): UsageError =>
    new UsageError(
      `--inbound ${JSON.stringify(text)}: expected LISTEN=UPSTREAM, such as 0.0.0.0:15410=http://127.0.0.1:8000`,
    );
  const equals = text.indexOf('=');
  if (equals < 0) throw wrong();
  const url = urlOf(text.slice(equals + 1));
  if (
    url === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.username !== ''
  )
    throw wrong();
  return { listen: listenAddress('--inbound', text.slice(0, equals)), origin: url.origin };
}

function inboundTcpRoute(text: string): InboundTcpRoute {
  const [, listen, digits] = /^(.*)=([1-9]\d{0,4})$/.exec(text) ?? [];
  if (listen === undefined || Number(digits) > 65535)
    throw new UsageError(
      `--inbound-tcp ${JSON.stringify(text)}: expected LISTEN=PORT, such as 0.0.0.0:15460=6379`,
    );
  return { listen: listenAddress('--inbound-tcp', listen), port: Number(digits) };
}

function probeTarget(text: string): ProbeTarget {
  const equals = text.indexOf('=');
  const url = equals <= 0 ? null : urlOf(text.slice(equals + 1));
  const known = url !== null && ['http:', 'https:', 'tcp:', 'grpc:'].includes(url.protocol);
  if (!known || (url.protocol === 'grpc:' && !isPercentEncoded(url.pathname))) {
    throw new UsageError(
      `--probe ${JSON.stringify(text)}: expected NAME=TARGET with a target such as http://127.0.0.1:8000/health, tcp://127.0.0.1:8000 or grpc://127.0.0.1:8001/SERVICE`,
    );
  }
  return { name: text.slice(0, equals), url };
}

/** An address, alone or with a port: `10.96.0.10`, `10.96.0.10:5353`, `[fd00::a]:53`. @throws UsageError */
function serverAddress(text: string): string {
  if (isIP(text) !== 0) return text;
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([\d.]+)):(\d{1,5})$/i.exec(text) ?? [];
  if (isIP(bracketed ?? plain ?? '') === 0 || Number(port) > 65535) {
    throw new UsageError(
      `--resolver ${JSON.stringify(text)}: expected an address, such as 10.96.0.10 or [fd00::a]:53`,
    );
  }
  return text;
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** `host:port`, IPv6 in brackets. @throws UsageError */
function listenAddress(flag: string, text: string): ListenAddress {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65535) {
    throw new UsageError(
      `${flag} ${JSON.stringify(text)}: expected HOST:PORT, such as 127.0.0.1:15430 or [::]:15430`,
    );
  }
  return { host, port: Number(port) };
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function trustOf(caFile: string | null): SecureContext {
  try {
    return loadTrust(caFile);
  } catch (error) {
    throw new UsageError(`--ca: ${error instanceof Error ? error.message : String(error)}`);
  }
}
