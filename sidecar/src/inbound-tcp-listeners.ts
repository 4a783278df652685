import type { Config } from './config.ts';
import type { Listener } from './http/server.ts';
import { startInboundTcp } from './listeners/inbound-tcp.ts';
import type { Boundary } from './pipeline/context/boundary.ts';
import { InboundConnections } from './pipeline/connections/inbound-connections.ts';
import type { CompiledPolicy } from './policy/compile/compiled.ts';
import type { Log } from './telemetry/log.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

interface Started {
  readonly listeners: readonly Listener[];
  /** Resolves when the end of every connection is submitted to the record. */
  settled(): Promise<void>;
}

/** Starts a listener for each `--inbound-tcp`. @throws if an address cannot be bound */
export async function startInboundTcpListeners(
  boundary: Boundary,
  { inboundTcp }: Config,
  tunnel: { readonly connectTimeoutMs: number; readonly idleTimeoutMs: number },
  maxConnections: number,
): Promise<Started> {
  const connections = new InboundConnections(boundary);
  const listeners: Listener[] = [];
  for (const { listen, port } of inboundTcp) {
    const listener = await startInboundTcp({
      ...tunnel,
      listen,
      port,
      maxConnections,
      admit: (target, client) => connections.admit(target, client),
    });
    const { address, port: bound } = listener.address;
    boundary.log.listening('inbound', `${address}:${bound}`, `tcp://127.0.0.1:${port}`);
    listeners.push(listener);
  }
  return { listeners, settled: () => connections.settled() };
}

/**
 * The rules of redirect are loaded once: a port that `endpoints.tcp` lists since then stays closed until the pod is recreated. Canaries
 * exist under redirect only; takeover leaves such ports unchanged.
 */
export function warnOfClosedPorts(
  policy: CompiledPolicy,
  { inboundTcp, canaries }: Config,
  { log, telemetry }: { readonly log: Log; readonly telemetry: Telemetry },
): void {
  const missing = policy.endpoints.tcp.filter((port) => inboundTcp.every((own) => own.port !== port));
  const told = canaries.length === 0 ? [] : missing;
  telemetry.restartNeeded(told.length);
  if (told.length > 0)
    log.warning(
      `endpoints.tcp lists port ${told.join(', ')}, which this pod was not created with: delete the pod, so that it is recreated`,
    );
}
