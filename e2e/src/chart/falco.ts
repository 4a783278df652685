import { Ajv } from 'ajv';
import { parse } from 'yaml';

import { expect } from '../cluster/steps.ts';
import { conditionFaults } from './falco-condition.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Schema of an item of a Falco rules file. Falco publishes its schema only inside its source and in no available package, so this is
 * written after it (engine 0.56): the same keys and types, and also the required keys of rules, macros and lists.
 */
const STRINGS = { type: 'array', items: { type: 'string' } };
const ITEM = {
  type: 'object',
  additionalProperties: false,
  properties: {
    required_engine_version: { type: 'string' },
    rule: { type: 'string', minLength: 1 },
    desc: { type: 'string', minLength: 1 },
    condition: { type: 'string', minLength: 1 },
    output: { type: 'string', minLength: 1 },
    priority: {
      enum: [
        'EMERGENCY',
        'ALERT',
        'CRITICAL',
        'ERROR',
        'WARNING',
        'NOTICE',
        'INFO',
        'INFORMATIONAL',
        'DEBUG',
      ],
    },
    source: { type: 'string' },
    tags: STRINGS,
    enabled: { type: 'boolean' },
    warn_evttypes: { type: 'boolean' },
    'skip-if-unknown-filter': { type: 'boolean' },
    macro: { type: 'string', minLength: 1 },
    list: { type: 'string', minLength: 1 },
    items: { type: 'array', items: { type: ['string', 'integer'] } },
  },
  oneOf: [
    {
      required: ['rule', 'desc', 'condition', 'output', 'priority'],
      properties: { macro: false, list: false },
    },
    { required: ['macro', 'condition'], properties: { rule: false, list: false } },
    { required: ['list', 'items'], properties: { rule: false, macro: false, condition: false } },
    { required: ['required_engine_version'], maxProperties: 1 },
  ],
};
const SCHEMA = { type: 'array', minItems: 1, items: ITEM };

/** Fields in an output, as `%name`. */
function outputFields(output: string): readonly string[] {
  return [...output.matchAll(/%([a-z][a-z0-9_.]*[a-z0-9_])/g)].map(([, name = '']) => name);
}

/** Faults with which Falco would not load the file, one line each. Macros and lists must precede their use. */
function faultsOf(text: string): readonly string[] {
  const document: unknown = parse(text);
  const validate = new Ajv({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
  }).compile(SCHEMA);
  if (!validate(document))
    return (validate.errors ?? []).map((each) => `${each.instancePath} ${each.message ?? ''}`);
  const macros = new Set<string>();
  const lists = new Set<string>();
  return (document as readonly Json[]).flatMap((item) => {
    const name = String(item['rule'] ?? item['macro'] ?? item['list']);
    const condition = item['condition'];
    const known = { macros, lists };
    const inCondition = typeof condition === 'string' ? conditionFaults(condition, known) : [];
    const output = typeof item['output'] === 'string' ? outputFields(item['output']) : [];
    const inOutput = output.flatMap((field) => conditionFaults(`${field} exists`, known));
    if (typeof item['macro'] === 'string') macros.add(item['macro']);
    if (typeof item['list'] === 'string') lists.add(item['list']);
    return [...inCondition, ...inOutput].map((fault) => `${name}: ${fault}`);
  });
}

/** @throws Unexpected with every fault */
export function checkFalco(text: string): string {
  const faults = faultsOf(text);
  expect(faults.length === 0, faults.join('\n'));
  const rules = (parse(text) as readonly Json[]).filter((each) => 'rule' in each);
  expect(rules.length >= 4, `expected four rules, found ${rules.length}`);
  return `${rules.length} rules; Falco itself is not to be had here`;
}

const GOOD = `
- list: shells
  items: [sh, bash]
- macro: inside
  condition: container.id != host
- rule: A shell
  desc: One
  condition: evt.type in (execve, execveat) and inside and not (proc.name in (shells) or user.uid = 0)
  output: "Shell %proc.name (%container.name)"
  priority: ERROR
`;

/** Each removes one part of a valid file, or breaks it. */
const FAULTS: readonly (readonly [string, string, string])[] = [
  ['unknown key', 'desc: One', 'description: One'],
  ['no output', '  output: "Shell %proc.name (%container.name)"\n', ''],
  ['unknown priority', 'priority: ERROR', 'priority: SEVERE'],
  ['unknown field', 'user.uid', 'user.id'],
  ['unknown field in the output', '%container.name', '%container.title'],
  ['unknown macro', 'and inside', 'and outside'],
  ['unknown list', 'in (shells)', 'in shellz'],
  ['unknown operator', 'container.id != host', 'container.id is host'],
  ['order of text', 'user.uid = 0', 'proc.name > sh'],
  ['text for a number', 'user.uid = 0', 'user.uid = root'],
  ['no address', 'user.uid = 0', 'fd.sip = localhost'],
  ['an open bracket', 'user.uid = 0)', 'user.uid = 0'],
  ['no operand', 'and inside and', 'and and'],
];

/** Tests the check: it accepts the valid file and detects each fault. @throws Unexpected */
export function falcoSeesFaults(): string {
  expect(faultsOf(GOOD).length === 0, `it refuses what is good: ${faultsOf(GOOD).join('; ')}`);
  for (const [name, right, wrong] of FAULTS) {
    expect(GOOD.includes(right), `${name}: nothing to break`);
    expect(faultsOf(GOOD.replace(right, wrong)).length > 0, `it does not see: ${name}`);
  }
  return `${FAULTS.length} faults`;
}
