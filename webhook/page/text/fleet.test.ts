import type { WorkloadRow } from '@llm-boundary/webhook/console/api';

import { COLUMNS, isIn, matches, sorted } from './fleet.ts';

const ROW: WorkloadRow = {
  namespace: 'support',
  kind: 'Deployment',
  name: 'agent',
  pods: { all: 1, guarded: 1 },
  boundary: 'yes',
  signs: [],
  capture: ['redirect'],
  open: [],
  policy: { name: 'strict', asked: null, problem: null },
  mode: 'enforce',
  gaps: [],
  keepsBodies: false,
  conditions: { verdict: 'suffices', source: 'sidecar', text: '', states: null, reasons: ['tool_called'] },
  anchor: 'anchored',
  versions: ['0.1.0'],
};
const BARE: WorkloadRow = {
  ...ROW,
  name: 'bare',
  boundary: 'no',
  policy: null,
  mode: null,
  anchor: 'none',
  versions: [],
  conditions: { ...ROW.conditions, verdict: 'needed', source: 'manifest' },
};
const MISSING: WorkloadRow = { ...BARE, name: 'missing', boundary: 'missing' };
const INVALID: WorkloadRow = {
  ...ROW,
  name: 'invalid',
  policy: { name: 'loose', asked: null, problem: 'invalid' },
};
const ROWS = [ROW, BARE, MISSING, INVALID];

function names(rows: readonly WorkloadRow[]): readonly string[] {
  return rows.map(({ name }) => name);
}

it.each([
  ['nothing like that', false],
  ['support strict', true],
  ['STRICT', true],
  ['tool_called', true],
  ['support loose', false],
  ['', true],
  ['  ', true],
])('the query %j', (query, is) => expect(matches(ROW, query)).toBe(is));

it.each([
  ['all', ['agent', 'bare', 'missing', 'invalid']],
  ['unguarded', ['bare', 'missing']],
  ['needed', ['bare', 'missing']],
  ['suffices', ['agent', 'invalid']],
  ['unknown', []],
  ['attention', ['missing', 'invalid']],
] as const)('the group %s', (group, inIt) =>
  expect(names(ROWS.filter((row) => isIn(group, row)))).toEqual(inIt),
);

it('what needs attention comes first', () => {
  expect(names(sorted(ROWS, 'urgency', false))).toEqual(['missing', 'bare', 'invalid', 'agent']);
});

it('names sort as people count', () => {
  const rows = ['agent-10', 'agent-9', 'agent-1'].map((name) => ({ ...ROW, name }));
  expect(names(sorted(rows, 'name', false))).toEqual(['agent-1', 'agent-9', 'agent-10']);
});

it.each(COLUMNS)('by %s, all rows are kept and the list itself is left alone', (column) => {
  const before = [...ROWS];
  for (const isDescending of [false, true])
    expect([...names(sorted(ROWS, column, isDescending))].sort()).toEqual([...names(before)].sort());
  expect(ROWS).toEqual(before);
});
