import { failedVerdict } from '../../controls/index.ts';
import type { Verdict } from '../../exchange/index.ts';
import { OBSERVED, observedHit, observes } from '../context/observe.ts';
import type {
  DecidingControl,
  InspectedRequest,
  InspectionContext,
  Inspector,
  RefusalRenderer,
  ReplyInspector,
  RequestHead,
  UnreadableRequest,
} from '../inspect/inspector.ts';
import { blockOf, type Used } from './stream-replay.ts';

/** What the inspector of a route makes of a request. */
export interface ReplayedRequest {
  readonly verdict: Verdict;
  readonly control: DecidingControl;
  readonly refusals: RefusalRenderer;
  /** Why it cannot be read; null where it can. */
  readonly fault: UnreadableRequest['fault'] | null;
  /** Null where the request is refused, or its reply cannot be judged. */
  readonly reply: ReplyInspector | null;
  /** Counts what its reply used. Absent: nothing is counted. */
  readonly spend?: (used: Used) => void;
}

/** Judges a request as the sidecar would. `body` is decoded; null where there is none. */
export function replayRequest(
  inspector: Inspector,
  head: RequestHead,
  context: InspectionContext,
  body: Buffer | null,
): ReplayedRequest {
  const { refusals } = inspector;
  const opened = inspector.open(head, context);
  let inspected: InspectedRequest;
  try {
    inspected = opened.kind === 'unreadable' ? opened : opened.inspect(body);
  } catch {
    const verdict = failedVerdict(context.policy);
    return { verdict, control: 'ingress', refusals, fault: null, reply: null };
  }
  if (inspected.kind === 'unreadable') return unreadable(inspected, context);
  const { verdict, control, spending, chars: request } = inspected;
  const reply = verdict.kind === 'block' ? null : inspected.reply;
  const spend = ({ usage, chars, id }: Used): void => {
    spending?.add(usage, { request, reply: chars }, id);
  };
  return { verdict, control, refusals: inspected.refusals, fault: null, reply, spend };
}

function unreadable(
  { code, fault, refusals }: UnreadableRequest,
  { policy }: InspectionContext,
): ReplayedRequest {
  const verdict: Verdict = observes(policy)
    ? { kind: 'allow', hits: [observedHit('ingress', OBSERVED.request, code)] }
    : blockOf(code, fault.message);
  return { verdict, control: 'ingress', refusals, fault, reply: null };
}
