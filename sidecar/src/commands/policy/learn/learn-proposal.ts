import { unifiedDiff } from '../unified-diff.ts';
import { withoutControls } from './comment.ts';
import { leftOutLines } from './plain-name.ts';
import type { Learned } from './learn.ts';
import { callLines, type ToolCalls } from './learn-calls.ts';

interface Proposal {
  readonly learned: Learned;
  readonly calls: readonly ToolCalls[];
  /** Of the record: what was left out and why. */
  readonly notes: readonly string[];
  /** The author's text, and the same with the additions. */
  readonly before: string;
  readonly after: string;
  /** File name of the author's text. */
  readonly name: string;
}

/** What no record can say, however long it is. */
const UNKNOWN = [
  'content: no rule, detector, condition or limit can be tried on it; `policy test` does that with recorded traffic',
  'values of arguments: a condition that is proposed names arguments and says nothing of their values',
  'definitions of MCP tools, resources and prompts: pins and those lists stay as they are',
  'MCP servers that no policy named when they were used: they are in it as uninspected hosts',
];

/** Tools of which more than their name is printed. */
const MAX_TOOLS = 50;

/** A diff for review; above it, as comments that `patch` passes over, what each addition opens and what is not in it. */
export function printProposal(proposal: Proposal, output: 'diff' | 'policy'): string {
  const { before, after, name } = proposal;
  const diff = unifiedDiff(before, after, name);
  return `${comments(proposal).join('\n')}\n${output === 'diff' ? diff : after}`;
}

function comments({ learned: { added, hits, leftOut }, calls, notes }: Proposal): readonly string[] {
  const left = calls.length - MAX_TOOLS;
  return [
    added.length === 0
      ? '# The record needs no additions.'
      : '# Added, for what the record shows. Each line opens something; take out what should stay closed:',
    ...added.map((each) => `#   ${each}`),
    ...leftOutLines(leftOut),
    ...(hits.size === 0 ? [] : ['# Seen, and left as it is. Look at each before you loosen anything:']),
    ...[...hits].map(([rule, count]) => `#   ${rule}: ${count}`),
    ...(calls.length === 0 ? [] : ['# Of tools, listed before or not:']),
    ...callLines(calls.slice(0, MAX_TOOLS)).map((each) => `#   ${each}`),
    ...(left > 0 ? [`#   and ${left} more`] : []),
    '# Of the record:',
    ...notes.map((note) => `#   ${note}`),
    '# Not in the record:',
    ...UNKNOWN.map((each) => `#   ${each}`),
  ].map(withoutControls);
}
