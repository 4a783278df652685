import { z } from 'zod';

import { Chain } from './chain.ts';
import { MAX_LINE_BYTES } from './line.ts';
import { sampleDecision } from './sample.ts';
import { lineSchema } from './schema.ts';

interface Member {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Member[];
  readonly items?: Member;
  readonly properties?: Readonly<Record<string, Member>>;
  readonly pattern?: string;
  readonly description?: string;
}

const place = new Set(['origin', 'prev', 'seq', 'v']);

/** `docs/reference/audit-record.md`, from the schema that the verifier reads lines with. */
export function auditRecordReference(): string {
  const { oneOf: kinds = [], anyOf = [] } = z.toJSONSchema(lineSchema) as {
    readonly oneOf?: readonly Member[];
    readonly anyOf?: readonly Member[];
  };
  const all = [...kinds, ...anyOf];
  const common = Object.entries(all[0]?.properties ?? {}).filter(
    ([name]) => place.has(name) || name === 'time',
  );
  return [
    '# The audit record',
    '',
    '<!-- Generated from sidecar/src/audit/record/schema.ts; a test fails when this file differs. -->',
    '',
    'A log is a file of lines. Each line is one JSON object in the canonical form of RFC 8785, UTF-8, ended by one line feed, and has at most',
    `${MAX_LINE_BYTES.toLocaleString('en')} bytes. All numbers are integers. The verifier refuses members that are not listed here.`,
    '',
    'No line contains a prompt, a reply, the value of an argument or a matched text. From callers and models it contains only plain names of',
    'models, tools and arguments, and paths. `docs/guide/audit.md` explains how to read, verify and prove the record.',
    '',
    '```json',
    example(),
    '```',
    '',
    '## In every line',
    '',
    ...table(common),
    '',
    'A `checkpoint` has no `time`: its content is determined by the lines before it, so that not even the last line of a log can be changed unnoticed.',
    '',
    ...all.flatMap(section),
  ].join('\n');
}

function section(kind: Member): readonly string[] {
  const properties = Object.entries(kind.properties ?? {});
  const names = properties.find(([name]) => name === 'kind')?.[1];
  const title = (names?.enum ?? [names?.const]).map((name) => `\`${String(name)}\``).join(', ');
  const own = properties.filter(([name]) => !place.has(name) && name !== 'time' && name !== 'kind');
  return [`## ${title}`, '', kind.description ?? '', '', ...(own.length === 0 ? [] : [...table(own), ''])];
}

function table(members: readonly (readonly [string, Member])[]): readonly string[] {
  const rows = members.map(
    ([name, member]) => `| \`${name}\` | ${typeOf(member).replaceAll('|', '\\|')} | ${describe(member)} |`,
  );
  return ['| member | value | meaning |', '| --- | --- | --- |', ...rows];
}

function describe(member: Member): string {
  return (
    member.description ?? member.anyOf?.find((option) => option.description !== undefined)?.description ?? ''
  );
}

function typeOf(member: Member): string {
  if (member.const !== undefined) return `\`${JSON.stringify(member.const)}\``;
  if (member.enum !== undefined) return member.enum.map((value) => `\`${String(value)}\``).join(' or ');
  if (member.anyOf !== undefined) return member.anyOf.map(typeOf).join(' or ');
  switch (member.type) {
    case 'array':
      return `list of ${member.items === undefined ? 'anything' : typeOf(member.items)}`;
    case 'object':
      return `{ ${Object.entries(member.properties ?? {})
        .map(([name, inner]) => `\`${name}\`: ${typeOf(inner)}`)
        .join(', ')} }`;
    case 'string':
      return member.pattern === '^[0-9a-f]{64}$' ? '64 hex digits' : 'string';
    default:
      return member.type ?? 'anything';
  }
}

/** Always the same line: fixed name, time and place. */
function example(): string {
  const chain = new Chain('prod/support/agent-0/chain/3f9a0c51d2e47b86', () =>
    Date.UTC(2026, 1, 3, 4, 5, 6, 789),
  );
  return chain.decision(
    sampleDecision({
      verdict: 'block',
      code: 'tool_not_allowed',
      status: 403,
      tools: ['send_email'],
      hits: [
        {
          control: 'action',
          rule: 'action.tool',
          action: 'block',
          code: 'tool_not_allowed',
          mode: 'enforce',
          pointer: '/tools/0',
        },
      ],
    }),
  );
}
