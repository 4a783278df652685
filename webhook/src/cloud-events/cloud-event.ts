import type { Notice } from '../anchor/notice-request.ts';
import type { PodIdentity } from '../anchor/registry.ts';

/** Prefix of every type. */
export const PREFIX = 'io.llm-boundary.';

/** Types without the prefix; `docs/reference/cloud-events.md` is generated from this table. A change that breaks receivers makes a `v2`. */
export const TYPES = {
  'exchange.refused.v1': {
    when: 'A rule refused exchanges in a pod. `count` of them since the report before.',
    data: ['control', 'rule', 'code', 'count', 'first', 'last', 'decision'],
  },
  'exchange.observed.v1': {
    when: 'A rule in observe mode would have refused exchanges, which went on.',
    data: ['control', 'rule', 'code', 'count', 'first', 'last', 'decision'],
  },
  'policy.changed.v1': {
    when: 'A running sidecar has loaded another policy. Not told at the start of a pod.',
    data: ['policy', 'sha256', 'count', 'first', 'last'],
  },
  'policy.rejected.v1': {
    when: 'A running sidecar was given a policy that is not valid; the last valid one stays in force.',
    data: ['policy', 'count', 'first', 'last'],
  },
  'conditions.ceased.v1': {
    when: 'A workload met all four conditions under which infrastructure controls suffice, and no longer does.',
    data: ['condition', 'reason', 'count', 'first', 'last'],
  },
  'record.contradicted.v1': {
    when: 'A head of the record of a pod contradicts an earlier one. Once for each log and reason.',
    data: ['message'],
  },
  'record.silent.v1': {
    when: 'The anchor does not hear of the record of a pod, or the record ended without a seal.',
    data: ['message'],
  },
} as const satisfies Readonly<Record<string, { readonly when: string; readonly data: readonly string[] }>>;

export type EventType = keyof typeof TYPES;

/** What happened to a pod, before it has an id. */
export interface Happening {
  readonly type: EventType;
  readonly pod: PodIdentity;
  /** RFC 3339 in `first` and `last`; without content of exchanges. */
  readonly data: Readonly<Record<string, string | number>>;
  /** Unix time in milliseconds. */
  readonly timeMs: number;
}

/** CloudEvents 1.0, JSON format, structured mode. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** `namespaces/NAMESPACE/pods/POD`. */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Readonly<Record<string, unknown>>;
}

/** @param source names this cluster to the receiver: a URI reference */
export function cloudEventOf({ type, pod, data, timeMs }: Happening, id: string, source: string): CloudEvent {
  const { namespace, name, uid } = pod;
  return {
    ...{ specversion: '1.0', id, source, type: `${PREFIX}${type}` },
    subject: `namespaces/${namespace}/pods/${name}`,
    time: new Date(timeMs).toISOString(),
    datacontenttype: 'application/json',
    data: { pod: { namespace, name, uid }, ...data },
  };
}

function timesOf({ count, firstMs, lastMs }: Notice): { count: number; first: string; last: string } {
  return { count, first: new Date(firstMs).toISOString(), last: new Date(lastMs).toISOString() };
}

/** What a sidecar reported. */
export function happeningOf(pod: PodIdentity, notice: Notice, timeMs: number): Happening {
  const times = timesOf(notice);
  switch (notice.kind) {
    case 'refused':
    case 'observed': {
      const { control, rule, code, exchange: decision } = notice;
      const type = notice.kind === 'refused' ? 'exchange.refused.v1' : 'exchange.observed.v1';
      return { type, pod, timeMs, data: { control, rule, code, ...times, decision } };
    }
    case 'policy_changed': {
      const { policy, sha256 } = notice;
      return { type: 'policy.changed.v1', pod, timeMs, data: { policy, sha256, ...times } };
    }
    case 'policy_rejected':
      return { type: 'policy.rejected.v1', pod, timeMs, data: { policy: notice.policy, ...times } };
    case 'conditions_ceased': {
      const { condition, reason } = notice;
      return { type: 'conditions.ceased.v1', pod, timeMs, data: { condition, reason, ...times } };
    }
    default:
      return notice satisfies never;
  }
}

/** `docs/reference/cloud-events.md`. */
export function cloudEventsPage(): string {
  return [
    '# CloudEvents',
    '',
    'Generated from `webhook/src/cloud-events`; do not edit. The anchor sends them to `anchor.cloudEvents.url` ([guide](../guide/operate.md#cloudevents)):',
    'CloudEvents 1.0, JSON, structured mode (`application/cloudevents+json`), one event a request. No event contains any part of a prompt, a reply or a',
    'matched text.',
    '',
    '`source` is `anchor.cloudEvents.source`, `subject` is `namespaces/NAMESPACE/pods/POD`, and `data.pod` has `namespace`, `name` and `uid` in every type.',
    '`first` and `last` are times of the pod’s clock (RFC 3339), `time` is of the anchor’s. `decision` is the ID for `llm-boundary-audit why`.',
    '',
    `| type | when | \`data\`, beside \`pod\` |`,
    '| --- | --- | --- |',
    ...Object.entries(TYPES).map(
      ([type, { when, data }]) =>
        `| \`${PREFIX}${type}\` | ${when} | ${data.map((member) => `\`${member}\``).join(', ')} |`,
    ),
    '',
    'Requests are signed as [Standard Webhooks](https://www.standardwebhooks.com/) describes: `webhook-id` (the `id` of the event, the same in every',
    'attempt), `webhook-timestamp` (Unix seconds of the attempt) and `webhook-signature` (`v1,` and base64 of HMAC-SHA-256 over `ID.TIMESTAMP.BODY`, one for',
    'each key, separated by spaces). An event can arrive twice: use its `id`.',
    '',
    '| answer | what happens |',
    '| --- | --- |',
    '| 2xx | delivered |',
    '| 408, 425, 429, 5xx, none | sent again, after one second at first and five minutes at most, not before `retry-after` (an hour at most); dropped after an hour |',
    '| another one | dropped; redirects are not followed |',
    '',
  ].join('\n');
}
