import { createTelemetry } from './telemetry/metrics.ts';
import { watchConditions } from './watched-conditions.ts';

it('conditions are in the metrics, and under takeover effects outside are not known', async () => {
  const telemetry = createTelemetry({ process: false });
  const watch = watchConditions({ outbound: null, canaries: [] }, telemetry, () => undefined);
  watch.exchange().note({ reasons: ['tool_offered'], blind: [] }, true);
  const lines = (await telemetry.text())
    .split('\n')
    .filter((line) => line.startsWith('llm_boundary_condition_'));
  expect(lines).toEqual([
    'llm_boundary_condition_breaks_total{condition="no_tools",reason="tool_offered"} 1',
    'llm_boundary_condition_met{condition="stateless"} -1',
    'llm_boundary_condition_met{condition="no_tools"} 0',
    'llm_boundary_condition_met{condition="no_sensitive_context"} -1',
    'llm_boundary_condition_met{condition="no_external_effect"} -1',
    'llm_boundary_condition_met{condition="all"} 0',
  ]);
  expect(watch.report().conditions[3]?.blind).toMatchObject([{ reason: 'outbound_not_captured' }]);
});
