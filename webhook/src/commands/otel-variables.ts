import { UsageError } from '@llm-boundary/sidecar/flags';
import { otlpSettingsFrom } from '@llm-boundary/sidecar/otlp';

/** The one that is not of OpenTelemetry: attributes of a proposal. */
const GUARDRAILS = 'LLM_BOUNDARY_OTEL_GUARDRAILS';
/** Variables that hold secrets, or name files that a sidecar does not have. */
const MOUNTED = /_(HEADERS|CERTIFICATE|CLIENT_CERTIFICATE|CLIENT_KEY)$/;

/**
 * `NAME=VALUE` for each, sorted by name. What a sidecar could not use is refused here, before a pod is injected with it.
 * @throws UsageError
 */
export function otelVariables(given: readonly string[]): Readonly<Record<string, string>> {
  const pairs = given.map((text): [string, string] => {
    const equals = text.indexOf('=');
    const name = text.slice(0, Math.max(equals, 0));
    if (!/^OTEL_[A-Z0-9_]{1,100}$/.test(name) && name !== GUARDRAILS)
      throw new UsageError(
        `--otel ${JSON.stringify(text)}: expected NAME=VALUE with a variable of OpenTelemetry or ${GUARDRAILS}`,
      );
    if (MOUNTED.test(name))
      throw new UsageError(
        `--otel ${name}: credentials and certificates belong into the Secret of --otlp-secret`,
      );
    const value = text.slice(equals + 1);
    // They are compared in admission policies.
    if (!/^[\w .,:;=/%@+*()[\]~-]{1,1000}$/.test(value))
      throw new UsageError(
        `--otel ${JSON.stringify(text)}: expected a value of at most 1000 plain characters`,
      );
    return [name, value];
  });
  const variables = Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
  const [problem] = otlpSettingsFrom(variables).problems;
  if (problem !== undefined) throw new UsageError(`--otel ${problem.replace(/;[^;]*$/, '')}`);
  return variables;
}
