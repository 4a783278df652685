import { expect } from '../cluster/steps.ts';

/** Spans and metrics by OTLP, every value away from its default. */
export const OTEL_VALUES = [
  'sidecar.otel.endpoint=http://collector.observability.svc:4318',
  'sidecar.otel.tracesSampler=parentbased_traceidratio',
  'sidecar.otel.tracesSamplerArg=0.1',
  'sidecar.otel.guardrails=true',
  'sidecar.otel.variables.OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=prod',
];

const ARGUMENTS = [
  'LLM_BOUNDARY_OTEL_GUARDRAILS=true',
  'OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.observability.svc:4318',
  'OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=prod',
  'OTEL_TRACES_SAMPLER=parentbased_traceidratio',
  'OTEL_TRACES_SAMPLER_ARG=0.1',
];

/** The render with {@link OTEL_VALUES} gives the webhook each variable, and that with the defaults none. @throws Unexpected */
export function checkOtel(changed: string, defaults: string): string {
  const given = (text: string): readonly string[] =>
    [...text.matchAll(/^ +- "--otel=(.*)"$/gm)].map(([, variable = '']) => variable);
  expect(given(defaults).length === 0, `by default: ${given(defaults).join(', ')}`);
  expect(given(changed).join() === ARGUMENTS.join(), given(changed).join(', '));
  return `${ARGUMENTS.length} variables`;
}
