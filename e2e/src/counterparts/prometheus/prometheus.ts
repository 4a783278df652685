import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { until } from '../../process/until.ts';
import { builtTool } from '../built-tool.ts';
import type { Steps } from '../steps.ts';
import { absentFor, alertRules, panelQueries, variableQueries, withVariables } from './expressions.ts';
import { checkHistory } from './history.ts';
import { AGENT, Place } from './place.ts';
import { callTools, converse, dialOut, EXCHANGES, leak, misspeak } from './traffic.ts';

const VARIABLES = { $namespace: 'support|sales', $pod: '.+', $__rate_interval: '5m', $__range: '6h' };

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
  await steps.run('the anchor takes the heads of the sidecar, and none contradicts another', async () => {
    await until(
      'an accepted head',
      () => server.query('llm_boundary_anchor_heads_total{result="accepted"}'),
      (series) => series.length > 0,
    );
    assert.deepEqual(await server.query('llm_boundary_anchor_contradictions_total'), []);
  });
  await steps.run('so it is in the history of the console, of each workload alone', () =>
    checkHistory(server, AGENT),
  );
  await steps.run('every query of the dashboards has an answer', async () => {
    const empty: string[] = [];
    for (const { panel, expr } of panelQueries()) {
      const found = await server.query(withVariables(expr, VARIABLES));
      if (found.length === 0 && absentFor(expr) === null) empty.push(`${panel}: ${expr}`);
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
