import { combineVerdicts, judgeMcp, type McpContext, type McpJudged } from '../../controls/index.ts';
import { applyEdits, removeParts } from '../../dialects/index.ts';
import type { McpMessage, ToolCall, Verdict } from '../../exchange/index.ts';
import { editsOf } from '../inspect/edits.ts';

/** A body, or a frame of a stream, with the verdicts on its messages. */
export interface JudgedBody {
  readonly text: string;
  readonly messages: readonly McpMessage[];
  readonly judged: readonly McpJudged[];
  /** Over all messages. */
  readonly verdict: Verdict;
}

export function judgeBody(
  text: string,
  messages: readonly McpMessage[],
  context: McpContext,
  now: () => number,
): JudgedBody {
  const judged = messages.map((message) => judgeMcp(message, context, now));
  return { text, messages, judged, verdict: combineVerdicts(judged.map(({ verdict }) => verdict)) };
}

/** The text with redactions applied and withheld parts removed. Only for verdicts other than block. */
export function passedText({ text, messages, judged, verdict }: JudgedBody): string {
  if (verdict.kind !== 'redact') return text;
  const segments = messages.flatMap((message) => [
    ...message.segments,
    ...message.offers.flatMap((offer) => offer.segments),
  ]);
  const gone = judged.flatMap((each) => each.gone);
  return removeParts(applyEdits(text, editsOf(verdict.redactions, segments)), gone);
}

/** Names of the tools that messages call or list, for the record. */
export function toolsOf(messages: readonly McpMessage[]): readonly string[] {
  return messages.flatMap(({ uses, offers }) =>
    [...uses, ...offers].flatMap(({ kind, name }) => (kind === 'tool' ? [name] : [])),
  );
}

/** Calls of tools that messages ask for, for the record. */
export function callsOf(messages: readonly McpMessage[]): readonly ToolCall[] {
  return messages.flatMap(({ call }) => (call === null ? [] : [call]));
}

/** The control that a decision is recorded under: the refusing one, else that of the direction. */
export function controlOf(verdict: Verdict, way: McpContext['way']): 'ingress' | 'egress' | 'action' {
  if (verdict.kind === 'block') {
    const made = verdict.hits.find((hit) => hit.mode === 'enforce' && hit.action === 'block');
    if (made?.control === 'action') return 'action';
  }
  return way === 'in' ? 'ingress' : 'egress';
}
