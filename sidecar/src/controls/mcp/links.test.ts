import { Budget, DetectorUnavailable } from '../budget.ts';
import { ConversationMemory } from '../conversation/conversation-memory.ts';
import { policy as policyOf } from '../testing/judging.ts';
import { LinkedCalls } from './links.ts';
import { McpMemory } from './memory.ts';

const EXCHANGE = { direction: 'outbound', caller: { address: '', identity: null } } as const;
const TEXT = Array.from({ length: 5_000 }, (_, at) => `u${at}@corp.test`).join(' ');

it.each(['caller', 'session'] as const)('are bounded in time, which taints later calls (%s)', (taintedBy) => {
  const [policy, memory] = [linkingPolicy(), new McpMemory()];
  const links = new LinkedCalls({
    ...{ conversations: new ConversationMemory(), memory, exchange: EXCHANGE, policy, now: () => 0 },
  });
  const call = { name: 'send', arguments: JSON.stringify({ to: TEXT }), pointer: '' };
  const server = { server: 'wiki.test', taintedBy };
  let looks = 0;
  const slow = (): Budget => new Budget(2, () => looks++);
  expect(() => links.asked(call, slow())).toThrow(DetectorUnavailable);
  expect(links.taint(call, server, new Budget(2, () => 0))).toBe(false);
  const segment = { pointer: '', origin: 'tool', channel: 'content', text: TEXT } as const;
  expect(() => links.read([segment], slow())).toThrow(DetectorUnavailable);
  expect(links.taint({ ...call, arguments: '{}' }, server, new Budget(2, () => 0))).toBe(true);
});

function linkingPolicy() {
  const { mcp } = policyOf({}).action;
  return policyOf({ action: { linksTurns: true, mcp: { ...mcp, linksSessions: true } } });
}
