import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderPolicyReference } from './reference.ts';
import { policySchemaJson } from './schema.ts';

const folder = new URL('../../../../docs/reference/', import.meta.url);

function expectGolden(name: string, rendered: string): void {
  const path = fileURLToPath(new URL(name, folder));
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, rendered);
  expect(readFileSync(path, 'utf8')).toBe(rendered);
}

/** Every description below a node of the schema. */
function undescribed(node: unknown, path: string): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own =
    'properties' in node && typeof node.properties === 'object' && node.properties !== null
      ? Object.entries(node.properties)
      : [];
  const here = own.flatMap(([key, value]: [string, unknown]) => [
    ...(typeof value === 'object' &&
    value !== null &&
    ('description' in value || key === 'allOf' || key === 'tools')
      ? []
      : [`${path}${key}`]),
    ...undescribed(value, `${path}${key}.`),
  ]);
  const below = ['items', 'anyOf', 'additionalProperties'].flatMap((key) =>
    Object.entries(node)
      .filter(([name]) => name === key)
      .flatMap(([, value]: [string, unknown]) =>
        Array.isArray(value) ? value.flatMap((each) => undescribed(each, path)) : undescribed(value, path),
      ),
  );
  return [...here, ...below];
}

describe('the policy reference', () => {
  it('describes every field', () => {
    expect(undescribed(policySchemaJson(), '')).toEqual([]);
  });

  it('matches the schema (UPDATE_GOLDEN=1 rewrites)', () => {
    expectGolden('policy.md', renderPolicyReference());
    expectGolden('policy.schema.json', `${JSON.stringify(policySchemaJson(), null, 2)}\n`);
  });
});
