import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { CloudEvent, HTTP } from 'cloudevents';

import { parseNoticeRequest, type Notice } from '../anchor/notice-request.ts';
import { cloudEventOf, cloudEventsPage, happeningOf, PREFIX, TYPES, type EventType } from './cloud-event.ts';

it('docs/reference/cloud-events.md matches the table', () => {
  const page = new URL('../../../docs/reference/cloud-events.md', import.meta.url);
  const expected = cloudEventsPage();
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(page, expected);
  expect(existsSync(page) ? readFileSync(page, 'utf8') : '').toBe(expected);
});

const POD = { namespace: 'ml', name: 'agent-0', uid: 'uid-a' };
const TIMES = { count: 3, firstMs: 1_000, lastMs: 2_000 };
const REFUSAL = { control: 'action', rule: 'tool.when', code: 'tool_not_allowed', exchange: 'a-1' } as const;
const NOTICES: readonly (readonly [Notice, EventType])[] = [
  [{ kind: 'refused', ...REFUSAL, ...TIMES }, 'exchange.refused.v1'],
  [{ kind: 'observed', ...REFUSAL, ...TIMES }, 'exchange.observed.v1'],
  [{ kind: 'policy_changed', policy: 'support', sha256: 'ab'.repeat(32), ...TIMES }, 'policy.changed.v1'],
  [{ kind: 'policy_rejected', policy: 'support', ...TIMES }, 'policy.rejected.v1'],
  [
    { kind: 'conditions_ceased', condition: 'no_tools', reason: 'tool_offered', ...TIMES },
    'conditions.ceased.v1',
  ],
];

it.each(NOTICES)('the SDK reads %j as %s', (notice, type) => {
  expect(parseNoticeRequest(JSON.stringify({ v: 1, notices: [notice], more: 0 }))?.notices).toEqual([notice]);
  const event = cloudEventOf(happeningOf(POD, notice, 5_000), 'id-1', '/clusters/one');
  const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
  const read = HTTP.toEvent<Record<string, unknown>>({ headers, body: JSON.stringify(event) });
  const one = read instanceof CloudEvent ? read : null;
  expect(one?.validate()).toBe(true);
  expect(one).toMatchObject({
    ...{ specversion: '1.0', id: 'id-1', source: '/clusters/one', type: `${PREFIX}${type}` },
    ...{ subject: 'namespaces/ml/pods/agent-0', time: '1970-01-01T00:00:05.000Z' },
  });
  const data: unknown = one?.data;
  expect(typeof data === 'object' && data !== null ? Object.keys(data) : data).toEqual([
    'pod',
    ...TYPES[type].data,
  ]);
});
