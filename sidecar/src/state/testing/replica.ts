import { StateServers } from '../index.ts';
import type { RealServer } from './real-server.ts';
import { createLog } from '../../telemetry/log.ts';
import { createTelemetry } from '../../telemetry/metrics.ts';
import { Live, policyOf } from '../../pipeline/test-kit.ts';

/** How replicas use the server. */
export interface Terms {
  readonly onUnreachable?: string;
  readonly timeout?: string;
}

/** A sidecar of a workload, with the connection that it has. */
export class Replica {
  readonly live: Live;
  readonly states: StateServers;

  /** `written`: its policy but for the state. */
  constructor(
    server: RealServer,
    written: string,
    { onUnreachable = 'refuse', timeout = '10s' }: Terms = {},
  ) {
    const telemetry = createTelemetry({ process: false });
    this.states = new StateServers({
      secretsDir: server.secretsDir,
      trust: server.trust,
      lookup: null,
      telemetry,
      log: createLog('silent'),
      now: () => performance.now(),
    });
    const policy = policyOf(
      `ingress: { injection: { action: 'off' } }\n${written}\nstate: { server: { url: '${server.url}', passwordFile: password, keyFile: key }, timeout: ${timeout}, onUnreachable: ${onUnreachable} }`,
    );
    this.live = new Live({ policy, change: { stateOf: (current) => this.states.of(current), telemetry } });
  }

  async close(): Promise<void> {
    await this.live.close();
    await this.states.close();
  }
}
