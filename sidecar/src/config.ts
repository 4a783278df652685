import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';

import type { COMMAND } from './command.ts';
import { UsageError, type FlagValues } from './commands/flags/flags.ts';
import { loadTrust } from './forward/trust.ts';
import { otlpSettingsFrom, type OtlpSettings } from './otlp/settings.ts';
import type { LogLevel } from './telemetry/log.ts';

/** Address of a listener. Port 0: any free one, which is logged. */
interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** One inbound listener and the model port behind it. */
interface InboundRoute {
  readonly listen: ListenAddress;
  /** `http(s)://host:port`, without a path. */
  readonly origin: string;
}

/** A listener for clients of a port of the pod that does not speak HTTP. */
interface InboundTcpRoute {
  readonly listen: ListenAddress;
  readonly port: number;
}

/** A health check for the kubelet in place of a container: `GET /probe/NAME` dials the target. */
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
  /** Paths before the routes of dialects at the workload's own server: `/team/llm`. */
  readonly inboundPrefixes: readonly string[];
  readonly auditDir: string | null;
  /** Size limit of `auditDir`. */
  readonly auditLimitBytes: number;
  readonly auditStdout: boolean;
  readonly auditKeyFile: string | null;
  readonly digestKeyFile: string | null;
  /** Folder of the files that a policy names without their content. */
  readonly secretsDir: string | null;
  /** Folder of the credentials for receivers of the record. */
  readonly otlpCredentials: string | null;
  /** The anchor that receives the heads of the record. */
  readonly anchor: { readonly url: string; readonly caFile: string; readonly tokenFile: string } | null;
  /** Certificates that verify upstreams. */
  readonly trust: SecureContext;
  /** Null: the system's resolver. */
  readonly nameServers: { readonly servers: readonly string[]; readonly search: readonly string[] } | null;
  readonly probes: readonly ProbeTarget[];
  readonly canaries: readonly ListenAddress[];
  readonly drainMs: number;
  readonly upstreamTimeoutMs: number;
  /** Limit of all buffered bodies. */
  readonly bodyMemoryBytes: number;
  readonly logLevel: LogLevel;
  /** Spans and metrics by OTLP. */
  readonly otlp: OtlpSettings;
  /** Spans of controls have the attributes of the proposal for guardrails. */
  readonly otelGuardrails: boolean;
}

/** `env`: the variables of OpenTelemetry. @throws UsageError naming flag or variable, value and what is expected */
export function configFrom(
  flags: FlagValues<typeof COMMAND.flags>,
  env: Readonly<Record<string, string | undefined>>,
): Config {
  if (flags.inbound.length + flags['inbound-tcp'].length === 0 && flags.outbound === null) {
    throw new UsageError(
      '--inbound is missing; expected LISTEN=UPSTREAM, or --outbound LISTEN for a sidecar that guards outbound traffic only',
    );
  }
  return Object.freeze({
    inbound: flags.inbound.map(inboundRoute),
    inboundTcp: flags['inbound-tcp'].map(inboundTcpRoute),
    outbound: flags.outbound === null ? null : listenAddress('--outbound', flags.outbound),
    admin: listenAddress('--admin', flags.admin ?? '127.0.0.1:15430'),
    policyPath: flags.policy,
    policyName: flags['policy-name'] ?? 'default',
    inboundPrefixes: flags['inbound-prefix'].map(pathPrefix),
    auditDir: flags['audit-dir'],
    auditLimitBytes: (flags['audit-limit-mebibytes'] ?? 448) * 1024 * 1024,
    auditStdout: flags['audit-stdout'],
    auditKeyFile: flags['audit-commitment-key'],
    digestKeyFile: flags['audit-digest-key'],
    secretsDir: flags.secrets,
    otlpCredentials: flags['otlp-credentials'],
    anchor: anchorOf(flags),
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
    otlp: otlpSettingsFrom(env),
    otelGuardrails: flags['otel-guardrails'],
  });
}

/** @throws UsageError */
function pathPrefix(text: string): string {
  if (/^(\/[\w.~-]+)+$/.test(text) && text.length <= 300) return text;
  throw new UsageError(`--inbound-prefix ${JSON.stringify(text)}: expected a path, such as /team/llm`);
}

/** @throws UsageError */
function anchorOf(flags: FlagValues<typeof COMMAND.flags>): Config['anchor'] {
  const { anchor, 'anchor-ca': caFile, 'anchor-token-file': tokenFile } = flags;
  if (anchor === null) return null;
  const url = urlOf(anchor);
  if (url?.protocol !== 'https:' || url.pathname !== '/' || url.search !== '' || url.username !== '')
    throw new UsageError(
      `--anchor ${JSON.stringify(anchor)}: expected https://HOST[:PORT], such as https://llm-boundary-anchor.llm-boundary.svc`,
    );
  if (caFile === null || tokenFile === null)
    throw new UsageError('--anchor needs --anchor-ca and --anchor-token-file');
  return { url: url.origin, caFile, tokenFile };
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
