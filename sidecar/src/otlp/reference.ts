import { ATTRIBUTES, GUARDRAIL_ATTRIBUTES } from './definitions.ts';

/** `docs/reference/trace-attributes.md`, from the table of the attributes. */
export function attributeReference(): string {
  const rows = Object.entries(ATTRIBUTES).map(
    ([name, { on, help }]) => `| \`${name}\` | ${on.join(', ')} | ${help} |`,
  );
  const proposed = Object.entries(GUARDRAIL_ATTRIBUTES).map(([name, help]) => `| \`${name}\` | ${help} |`);
  return [
    '# Attributes of spans',
    '',
    '<!-- Generated from sidecar/src/otlp/definitions.ts; a test fails when this file differs. -->',
    '',
    'Which spans there are, and how they are exported: [traces](../guide/traces.md). No attribute has content: no texts, arguments, results, headers, paths,',
    'queries or messages of errors. Names that others choose (models, tools, rules, hosts) are exported if they have the form of a name, up to 128 characters without spaces, and left out otherwise.',
    '',
    '| attribute | on | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
    '## Of the proposal for guardrails',
    '',
    'With `--otel-guardrails`, on the spans of controls, beside `gen_ai.operation.name`:',
    '[semantic-conventions-genai#427](https://github.com/open-telemetry/semantic-conventions-genai/pull/427), open and changing.',
    '',
    '| attribute | meaning |',
    '| --- | --- |',
    ...proposed,
    '',
  ].join('\n');
}
