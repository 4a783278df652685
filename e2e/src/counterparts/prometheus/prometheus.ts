import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSidecar, type SidecarProcess } from '../../process/sidecar.ts';
import { json, startUpstream, type ScriptedUpstream } from '../../process/upstream.ts';
import { until } from '../../process/until.ts';
import { AnchorProcess } from '../anchor.ts';
import { builtTool } from '../built-tool.ts';
import type { Steps } from '../steps.ts';
import { alertRules, panelQueries, variableQueries, withVariables } from './expressions.ts';
import { checkHistory } from './history.ts';
import { PrometheusServer, type Target } from './server.ts';
import { callTools, converse, dialOut, EXCHANGES, leak, misspeak, startMcp, startModel } from './traffic.ts';
import { startWebhook, type StandaloneWebhook } from './webhook.ts';

const AGENT = { namespace: 'support', name: 'agent-0', uid: 'uid-agent-0' };
const VARIABLES = { $namespace: 'support|sales', $pod: '.+', $__rate_interval: '5m', $__range: '6h' };

/** Metrics whose panels may stay empty here, each with what would fill them. Every other query must have an answer. */
const ABSENT: ReadonlyMap<string, string> = new Map([
  ['llm_boundary_detector_errors_total', 'a detector that fails'],
  ['llm_boundary_state_requests_total', 'a server of shared state'],
  ['llm_boundary_upstream_retries_total', 'a model server that closes an idle connection at the wrong time'],
  ['llm_boundary_webhook_unprotected_pods', 'the pods of a cluster'],
]);

/** The dashboards and alerts of the chart on a Prometheus server that scrapes real sidecars, a webhook and an anchor. */
export async function tryPrometheus(steps: Steps): Promise<void> {
  steps.title('Prometheus server (Go module) that scrapes sidecars, a webhook and an anchor');
  const built = builtTool('prometheus');
  if ('missing' in built) {
    steps.skip('everything', built.missing);
    return;
  }
  const work = mkdtempSync(join(tmpdir(), 'llm-boundary-prometheus-'));
  const place = new Place(work);
  try {
    await steps.run('starts, and scrapes them all', () => place.start(built.program));
    await queries(steps, place);
    await fires(steps, place);
  } finally {
    await place.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

interface Started {
  readonly agent: SidecarProcess;
  readonly observer: SidecarProcess;
  readonly webhook: StandaloneWebhook;
  readonly server: PrometheusServer;
  readonly mcp: ScriptedUpstream;
}

/** Everything that runs; what was started is stopped, also if a later part does not start. */
class Place {
  /** Alerts as they were delivered: `firing NAME`, `resolved NAME`. */
  readonly delivered: string[] = [];
  readonly #work: string;
  readonly #stops: (() => Promise<unknown>)[] = [];
  #started: Started | null = null;

  constructor(work: string) {
    this.#work = work;
  }

  /** @throws Error before {@link start} */
  get started(): Started {
    if (this.#started === null) throw new Error('it did not start');
    return this.#started;
  }

  async start(program: string): Promise<void> {
    const [model, mcp, sink, receiver] = [
      await this.#kept(startModel(), (each) => each.close()),
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
        env: { LLM_BOUNDARY_POD_NAMESPACE: AGENT.namespace, LLM_BOUNDARY_POD_NAME: AGENT.name },
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

async function queries(steps: Steps, place: Place): Promise<void> {
  const { agent, observer, webhook, server, mcp } = place.started;
  await steps.run('traffic: allowed, refused, redacted and failed, streams, tools, MCP, TLS', async () => {
    assert.deepEqual(await converse(agent), [200, 200, 400, 400, 200, 200, 403, 502]);
    assert.deepEqual(await converse(observer), [200, 200, 200, 200, 200, 200, 200, 502]);
    await callTools(agent, mcp.origin);
    await dialOut(agent);
    await misspeak(agent);
    assert.equal(await webhook.admit(), 200);
    // Sidecars report refusals to the anchor behind the answers.
    await until(
      'Events in the metrics of the anchor',
      () => server.query('llm_boundary_anchor_events_total'),
      (series) => series.length > 0,
    );
    await server.scrapedTwice();
  });
  await steps.run('what was sent is what is counted', async () => {
    const chats = await server.query('sum by (pod) (llm_boundary_exchanges_total{dialect="openai-chat"})');
    assert.deepEqual(
      chats.map(({ value }) => value),
      [EXCHANGES, EXCHANGES],
    );
  });
  await steps.run('so it is in the history of the console, of each workload alone', () =>
    checkHistory(server, AGENT),
  );
  await steps.run('every query of the dashboards has an answer', async () => {
    const empty: string[] = [];
    for (const { panel, expr } of panelQueries()) {
      const found = await server.query(withVariables(expr, VARIABLES));
      const mayBeAbsent = [...ABSENT.keys()].some((metric) => expr.includes(metric));
      if (found.length === 0 && !mayBeAbsent) empty.push(`${panel}: ${expr}`);
    }
    assert.deepEqual(empty, []);
  });
  await steps.run('so have their variables', async () => {
    for (const { selector, label } of variableQueries())
      assert.ok((await server.labelValues(label, withVariables(selector, VARIABLES))).length > 0, selector);
  });
  await steps.run('every alert is evaluated without an error', async () => {
    const names = alertRules().map(({ alert }) => alert);
    for (const file of ['rules.yaml', 'faster.yaml']) {
      const rules = await until(
        'the health of each rule',
        () => server.rules(file),
        (all) => all.every(({ health }) => health !== 'unknown'),
      );
      assert.deepEqual(
        rules.map(({ name, health }) => [name, health]),
        names.map((name) => [name, 'ok']),
      );
    }
  });
}

/** The rules with minutes as seconds. */
async function fires(steps: Steps, { started, delivered }: Place): Promise<void> {
  const { agent } = started;
  const file = join(agent.policyDir, 'policy.yaml');
  const told = async (line: string): Promise<void> =>
    void (await until(
      line,
      () => delivered,
      (lines) => lines.includes(line),
    ));
  await steps.run('a policy that is rejected fires its alert, at the first time', async () => {
    writeFileSync(file, 'version: 1\nmood: enforce\n');
    await told('firing LlmBoundaryPolicyRejected');
  });
  await steps.run('and it is resolved', () => told('resolved LlmBoundaryPolicyRejected'));
  await steps.run('a flow that is stopped once fires its alert', async () => {
    assert.ok(!delivered.includes('firing LlmBoundaryFlowStopped'));
    await leak(agent);
    await told('firing LlmBoundaryFlowStopped');
  });
  await steps.run('and it is resolved', () => told('resolved LlmBoundaryFlowStopped'));
}
