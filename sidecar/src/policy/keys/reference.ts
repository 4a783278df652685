import { ALL_PII_ENTITIES, PII_DESCRIPTIONS } from '../../detectors/pii/index.ts';
import { BUILTIN_PASS } from '../patterns/endpoint.ts';
import { BUILTIN_PROVIDERS } from '../patterns/provider.ts';
import { policySchemaJson } from './schema.ts';

type Json = Readonly<Record<string, unknown>>;

const INTRODUCTION = `# Policy reference

Generated from the schema; \`llm-boundary-sidecar policy schema\` prints the JSON Schema, which is also in
[policy.schema.json](policy.schema.json). How policies are written, met and tested: [guide/policy.md](../guide/policy.md).

Unknown keys are errors. Keys that a document omits are left to the other layers. A setting that is named takes its own defaults for what it
omits, and enforces unless it says \`observe\`. \`mode: observe\` of the document or of a section applies to everything inside it. The defaults below
hold where no layer sets a value.
`;

/** `docs/reference/policy.md`. */
export function renderPolicyReference(): string {
  const schema = policySchemaJson();
  const sections = Object.entries(properties(schema));
  const [plain, nested] = [
    sections.filter(([, node]) => !isSection(asJson(node))),
    sections.filter(([, node]) => isSection(asJson(node))),
  ];
  const parts = [
    INTRODUCTION,
    '## The document\n',
    table(
      sections.map(([key, node]) =>
        row(isSection(asJson(node)) ? `[\`${key}\`](#${key})` : `\`${key}\``, asJson(node)),
      ),
    ),
    ...nested.map(([key, node]) => section(key, asJson(node))),
    builtins(),
  ];
  if (plain.length + nested.length !== sections.length)
    throw new Error('a key of the document has no place in the reference');
  return `${parts
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

function section(key: string, node: Json): string {
  const rows = collect('', node).map(([path, field]) => row(`\`${path}\``, field));
  return [`## ${key}`, '', text(node['description']), '', table(rows)].join('\n');
}

/** Fields below a section, including those of settings and of members of lists. */
function collect(prefix: string, node: Json): (readonly [string, Json])[] {
  return Object.entries(properties(node)).flatMap(([key, value]) => {
    const field = asJson(value);
    const path = prefix + key;
    const own: readonly [string, Json] = [path, field];
    if (isSection(field)) return [own, ...collect(`${path}.`, field)];
    const member = members(field);
    return member === null ? [own] : [own, ...collect(`${path}[].`, member)];
  });
}

/** The mapping among a list's members; null for lists of texts and for other values. */
function members(field: Json): Json | null {
  const list =
    field['type'] === 'array' ? field : alternatives(field).find((each) => each['type'] === 'array');
  if (list === undefined) return null;
  const items = asJson(list['items']);
  return [items, ...alternatives(items)].find(isSection) ?? null;
}

function isSection(node: Json): boolean {
  return Object.keys(properties(node)).length > 0;
}

function row(name: string, node: Json): string {
  const fallback = node['default'];
  const described = text(node['description']);
  const says =
    described === '' && fallback !== undefined ? `Default: \`${JSON.stringify(fallback)}\`.` : described;
  return `| ${name} | ${kindOf(node)} | ${says.replaceAll('|', '\\|')} |`;
}

function table(rows: readonly string[]): string {
  return ['| key | value | effect |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function kindOf(node: Json): string {
  const values: unknown = node['enum'];
  if (Array.isArray(values))
    return values.length > 8 ? 'a name' : values.map((value) => `\`${String(value)}\``).join(', ');
  if (node['const'] !== undefined) return `\`${JSON.stringify(node['const'])}\``;
  const options = alternatives(node);
  if (options.length > 0) return kindOfUnion(options);
  switch (node['type']) {
    case 'array':
      return 'list';
    case 'object':
      return node['additionalProperties'] === false || isSection(node) ? 'mapping' : 'mapping by name';
    case 'integer':
      return 'whole number';
    case 'boolean':
      return '`true`, `false`';
    default:
      return text(node['type']).replace('string', 'text');
  }
}

function kindOfUnion(options: readonly Json[]): string {
  if (options.some((each) => each['const'] !== undefined || alternatives(each).length > 0))
    return [...new Set(options.map(kindOf))].join(', ');
  if (options.some(({ type }) => type === 'array')) return 'list';
  const unit = options.map(({ pattern }) => text(pattern)).find((pattern) => pattern !== '');
  if (unit === undefined) return 'mapping';
  if (unit.includes('KiB')) return 'size';
  return unit.includes('(ms|') ? 'duration' : 'port or range of ports';
}

function builtins(): string {
  return [
    '## Built in',
    '',
    '`builtin` in `endpoints.pass` stands for:',
    '',
    ...BUILTIN_PASS.map((entry) => `- \`${entry}\``),
    '',
    'Providers, usable where their host is in `action.hosts`:',
    '',
    ...Object.entries(BUILTIN_PROVIDERS).map(([name, url]) => `- \`${name}\`: ${url}`),
    '',
    'Entities of personal data:',
    '',
    ...ALL_PII_ENTITIES.map((entity) => `- \`${entity}\`: ${PII_DESCRIPTIONS[entity]}`),
  ].join('\n');
}

function properties(node: Json): Json {
  return asJson(node['properties']);
}

function alternatives(node: Json): readonly Json[] {
  const anyOf: unknown = node['anyOf'];
  return Array.isArray(anyOf) ? anyOf.map(asJson) : [];
}

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
