import { otelVariables } from './otel-variables.ts';

const AT = 'OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318';

it.each([
  [['OTEL_TRACES_SAMPLER'], 'expected NAME=VALUE'],
  [['PATH=/bin'], 'expected NAME=VALUE with a variable of OpenTelemetry'],
  [['LLM_BOUNDARY_POLICY_NAME=x'], 'expected NAME=VALUE'],
  [[AT, 'OTEL_EXPORTER_OTLP_HEADERS=authorization=secret'], '--otel OTEL_EXPORTER_OTLP_HEADERS: credentials'],
  [[AT, 'OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE=/ca.crt'], 'belong into the Secret'],
  [[AT, "OTEL_SERVICE_NAME=it's"], 'plain characters'],
  [[AT, 'OTEL_SERVICE_NAME=$(NAME)'], 'plain characters'],
  [[AT, 'OTEL_SERVICE_NAME='], 'plain characters'],
  [[AT, 'OTEL_TRACES_SAMPLER=sometimes'], '--otel OTEL_TRACES_SAMPLER "sometimes": expected always_on'],
  [['OTEL_EXPORTER_OTLP_ENDPOINT=collector'], '--otel OTEL_EXPORTER_OTLP_ENDPOINT "collector"'],
])('%j is refused', (given, message) => {
  expect(() => otelVariables(given)).toThrow(message);
});

it('is sorted, so that a pod is the same in whatever order they are given', () => {
  const given = ['OTEL_TRACES_SAMPLER=always_off', AT, 'LLM_BOUNDARY_OTEL_GUARDRAILS=true'];
  expect(Object.entries(otelVariables(given))).toEqual([
    ['LLM_BOUNDARY_OTEL_GUARDRAILS', 'true'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4318'],
    ['OTEL_TRACES_SAMPLER', 'always_off'],
  ]);
});
