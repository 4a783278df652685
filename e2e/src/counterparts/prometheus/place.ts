import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startSidecar, type SidecarProcess } from '../../process/sidecar.ts';
import { json, startUpstream, type ScriptedUpstream } from '../../process/upstream.ts';
import { AnchorProcess } from '../anchor.ts';
import { PrometheusServer, type Target } from './server.ts';
import { startMcp, startModel } from './traffic.ts';
import { startWebhook, type StandaloneWebhook } from './webhook.ts';

/** The pod of the sidecar that enforces. */
export const AGENT = { namespace: 'support', name: 'agent-0', uid: 'uid-agent-0' };

/** What runs in a {@link Place}. */
export interface Started {
  readonly agent: SidecarProcess;
  readonly observer: SidecarProcess;
  readonly webhook: StandaloneWebhook;
  readonly server: PrometheusServer;
  readonly mcp: ScriptedUpstream;
}

/** Sidecars, a webhook and an anchor, and a Prometheus server that scrapes them; what was started is stopped, also if a later part does not start. */
export class Place {
  /** Alerts as they were delivered: `firing NAME`, `resolved NAME`. */
  readonly delivered: string[] = [];
  readonly #work: string;
  readonly #stops: (() => Promise<unknown>)[] = [];
  #started: Started | null = null;

  readonly #delayMs: () => number;

  /** @param delayMs what the model takes for each answer */
  constructor(work: string, delayMs: () => number = () => 0) {
    this.#work = work;
    this.#delayMs = delayMs;
  }

  /** @throws Error before {@link start} */
  get started(): Started {
    if (this.#started === null) throw new Error('it did not start');
    return this.#started;
  }

  async start(program: string): Promise<void> {
    const [model, mcp, sink, receiver] = [
      await this.#kept(startModel(this.#delayMs), (each) => each.close()),
      await this.#kept(startMcp(), (each) => each.close()),
      await this.#kept(
        startUpstream((_seen, response) => void response.writeHead(200).end()),
        (each) => each.close(),
      ),
      await this.#kept(
        startUpstream((seen, response) => this.#alerted(seen.body, response)),
        (each) => each.close(),
      ),
    ];
    const anchor = await this.#kept(this.#anchor(sink.origin), (each) => each.stop());
    const policy = policyOf({ mcp: mcp.origin, sink: sink.origin });
    const agent = await this.#kept(
      startSidecar({
        upstreams: [model.origin],
        policy,
        shadow: JSON.stringify({ version: 1, action: { default: 'allow' } }),
        args: anchor.flagsFor(AGENT),
        env: {
          LLM_BOUNDARY_POD_NAMESPACE: AGENT.namespace,
          LLM_BOUNDARY_POD_NAME: AGENT.name,
          LLM_BOUNDARY_POD_UID: AGENT.uid,
        },
      }),
      (each) => each.stop(),
    );
    const observer = await this.#kept(
      startSidecar({ upstreams: [model.origin], policy: OBSERVING }),
      (each) => each.stop(),
    );
    const file = join(this.#work, 'policy.yaml');
    writeFileSync(file, policy);
    const webhook = await this.#kept(startWebhook(this.#work, file), (each) => each.stop());
    const pod = (origin: string, namespace: string, name: string): Target => ({
      address: new URL(origin).host,
      labels: { namespace, pod: name },
    });
    const targets = [
      pod(agent.admin, AGENT.namespace, AGENT.name),
      pod(observer.admin, 'sales', 'bot-0'),
      pod(webhook.admin, 'llm-boundary', 'webhook-0'),
      pod(anchor.admin, 'llm-boundary', 'anchor-0'),
    ];
    const server = await this.#kept(
      PrometheusServer.start(program, join(this.#work, 'prometheus'), { targets, receiver: receiver.origin }),
      (each) => each.stop(),
    );
    this.#started = { agent, observer, webhook, server, mcp };
    await server.scrapedTwice();
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.reverse()) await stop();
  }

  async #kept<T>(starting: Promise<T>, stop: (started: T) => Promise<unknown>): Promise<T> {
    const started = await starting;
    this.#stops.push(() => stop(started));
    return started;
  }

  #anchor(receiver: string): Promise<AnchorProcess> {
    const keys = join(this.#work, 'keys');
    mkdirSync(keys);
    writeFileSync(join(keys, 'signing-key'), `whsec_${Buffer.alloc(32, 7).toString('base64')}`);
    const args = ['--cloud-events-url', `${receiver}/in`, '--cloud-events-dir', keys];
    return AnchorProcess.start(this.#work, [AGENT], args);
  }

  #alerted(body: string, response: Parameters<typeof json>[0]): void {
    const alerts = JSON.parse(body) as readonly {
      readonly endsAt: string;
      readonly labels: Readonly<Record<string, string>>;
    }[];
    for (const { endsAt, labels } of alerts)
      this.delivered.push(
        `${Date.parse(endsAt) > Date.now() ? 'firing' : 'resolved'} ${labels['alertname'] ?? ''}`,
      );
    json(response, {});
  }
}

function policyOf({ mcp, sink }: { readonly mcp: string; readonly sink: string }): string {
  return JSON.stringify({
    version: 1,
    mode: 'enforce',
    ingress: { injection: { action: 'block' }, secrets: { action: 'block' } },
    egress: { links: { action: 'redact', mode: 'enforce' } },
    action: {
      default: 'deny',
      tools: [
        { name: 'lookup' },
        { name: 'get_customer', reads: 'private', results: 'trusted' },
        { name: 'get_page' },
        { name: 'post_message', acts: 'outside' },
      ],
      mcp: [{ server: new URL(mcp).host, paths: ['/mcp'], tools: ['echo'] }],
    },
    audit: { sinks: [{ otlp: { endpoint: sink } }] },
  });
}

const OBSERVING = JSON.stringify({
  version: 1,
  mode: 'observe',
  callers: { require: true, mesh: [{ peers: ['192.0.2.1'], trustDomains: ['cluster.local'] }] },
  action: { default: 'deny' },
});
