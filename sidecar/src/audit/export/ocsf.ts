import { hashOf } from '../record/chain.ts';
import type { DecisionLine } from '../record/schema.ts';

/** OCSF 1.5.0, class HTTP Activity, profile Security Control. */
const OCSF_VERSION = '1.5.0';
const CATEGORY = 4;
const CLASS = 4002;
const activities: Readonly<Record<string, number>> = {
  CONNECT: 1,
  DELETE: 2,
  GET: 3,
  HEAD: 4,
  OPTIONS: 5,
  POST: 6,
  PUT: 7,
  TRACE: 8,
  PATCH: 9,
};
const OTHER_ACTIVITY = 99;

/** `action_id` and `disposition_id`: the action and its effect. */
const outcomes: Readonly<Record<DecisionLine['verdict'], readonly [action: number, disposition: number]>> = {
  allow: [1, 1],
  pass: [1, 1],
  redact: [4, 11],
  block: [2, 2],
};
/** Observed, detected: a rule matched and was not applied. */
const observed: readonly [number, number] = [3, 15];

const INFORMATIONAL = 1;
const MEDIUM = 3;

/**
 * A decision as an OCSF event. Fields without an equivalent in OCSF are in `unmapped`; `record_integrity` is not in 1.5.0, so the position
 * in the log and the line's hash are there too.
 */
export function ocsfEvent(
  line: DecisionLine,
  text: string,
  offsetMs: number | null,
): Readonly<Record<string, unknown>> {
  const activity = activities[line.method.toUpperCase()] ?? OTHER_ACTIVITY;
  const applied = outcomes[line.verdict];
  const onlyObserved = line.verdict === 'allow' && line.hits.length > 0;
  const [action, disposition] = onlyObserved ? observed : applied;
  return {
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'llm-boundary', vendor_name: 'llm-boundary' },
      profiles: ['security_control'],
      uid: `${line.origin}#${line.seq}`,
      correlation_uid: line.exchange,
      sequence: line.seq,
    },
    category_uid: CATEGORY,
    class_uid: CLASS,
    activity_id: activity,
    ...(activity === OTHER_ACTIVITY ? { activity_name: line.method } : {}),
    type_uid: CLASS * 100 + activity,
    time: Date.parse(line.time),
    severity_id: line.verdict === 'block' || line.verdict === 'redact' ? MEDIUM : INFORMATIONAL,
    action_id: action,
    disposition_id: disposition,
    dst_endpoint: destinationOf(line),
    http_request: { http_method: line.method, url: { path: line.path } },
    ...(line.status === null ? {} : { http_response: { code: line.status } }),
    ...(line.code === null ? {} : { status_detail: line.code }),
    ...(line.policy === null ? {} : { policy: { name: line.policy.name, uid: line.policy.sha256 } }),
    unmapped: {
      kind: line.kind,
      direction: line.direction,
      dialect: line.dialect,
      model: line.model,
      caller: line.caller,
      tools: line.tools,
      calls: line.calls,
      hits: line.hits,
      usage: line.usage,
      origins: line.origins,
      tainted: line.tainted,
      tokenised: line.tokenised,
      served: line.served,
      outcome: line.outcome,
      connection: line.connection,
      origin: line.origin,
      sha256: hashOf(text),
      prev: line.prev,
      ...(offsetMs === null ? {} : { clock_offset_ms: offsetMs }),
    },
  };
}

/** The requested host and the connected address. */
function destinationOf({
  direction,
  host,
  peer,
  connection,
}: DecisionLine): Readonly<Record<string, unknown>> {
  const hostname = host ?? connection?.host ?? null;
  const ip = peer?.address ?? connection?.address ?? null;
  const port = peer?.port ?? connection?.port ?? null;
  return {
    svc_name: direction === 'inbound' ? 'model container' : 'upstream',
    ...(hostname === null ? {} : { hostname }),
    ...(ip === null ? {} : { ip }),
    ...(port === null ? {} : { port }),
  };
}
