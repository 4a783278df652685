/**
 * What the action control costs: `npm run bench:action`. Prints Markdown: microseconds a call under a policy of one rule and of a thousand, with
 * their ratio, and the bytes that conversations take. Times vary between machines; the ratios say how the costs grow.
 */
import {
  Budget,
  ConversationMemory,
  judgeCall,
  Tally,
  type ActionContext,
} from '../../src/controls/index.ts';
import { PrintMemory } from '../../src/controls/conversation/print-memory.ts';
import type { Exchange, ToolCall } from '../../src/exchange/index.ts';
import { compile } from '../../src/policy/compile/compile.ts';
import type { CompiledPolicy } from '../../src/policy/compile/compiled.ts';
import { parsePolicy } from '../../src/policy/document/parse.ts';
import { effectivePolicy } from '../../src/policy/layers/effective.ts';

const RULES = 1_000;
const CALLS = 20_000;
const ROUNDS = 7;
const CONVERSATIONS = 10_000;
const TARGET_US = 20;
const TARGET_MB = 32;

/** One more part of a rule than the row before. */
const KINDS: readonly (readonly [name: string, rest: string])[] = [
  ['a name', ''],
  ['and `when`', `, when: '!exchange.tainted'`],
  [
    'and `arguments`',
    `, when: '!exchange.tainted', arguments: "args.amount <= 500.0 && args.to.endsWith('@corp.test')"`,
  ],
  [
    'and `sources`',
    `, when: '!exchange.tainted', arguments: "args.amount <= 500.0 && args.to.endsWith('@corp.test')", sources: { to: [user, trusted] }`,
  ],
];

function policyOf(tools: readonly string[]): CompiledPolicy {
  const text = `version: 1\naction:\n  tools:\n${tools.map((tool) => `    - { ${tool} }\n`).join('')}`;
  const parsed = parsePolicy(text, 'bench');
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return compile(effectivePolicy({ workload: parsed.document }), {
    ...{ name: 'bench', generation: 1, loadedAtMs: 0 },
    fingerprints: new Map(),
  });
}

const HISTORY = Array.from({ length: 10 }, (_, at) => ({
  pointer: `/messages/${at}/content`,
  origin: 'user' as const,
  channel: 'content' as const,
  text: `${'Please look at what ann@corp.test wrote about the order of last week. '.repeat(8)}${at}`,
}));

function exchange(): Exchange {
  return {
    ...{ id: 'x', direction: 'inbound', dialect: 'openai-chat', host: null },
    caller: { address: '10.0.0.1', identity: null },
    prompt: {
      ...{ operation: 'chat', model: 'm', stream: false, maxOutputTokens: null },
      ...{ segments: HISTORY, offers: [], choice: { kind: 'auto' }, calls: [], results: [], media: [] },
    },
  };
}

const memory = new ConversationMemory();

function contextOf(policy: CompiledPolicy): ActionContext {
  const counting = memory.counting(() => performance.now());
  return { exchange: exchange(), policy, tainted: false, isPrivate: false, counting };
}

/** Microseconds of CPU a call, the least of several rounds: what disturbs a round only adds to it. */
function cost(policy: CompiledPolicy, tools: number, calls: number, isFresh = false): number {
  const args = JSON.stringify({ to: 'ann@corp.test', amount: 20, note: 'as discussed' });
  const made = Array.from({ length: calls }, (_, at): ToolCall => ({
    ...{ pointer: '/choices/0/message/tool_calls/0', arguments: args },
    name: `tool_${at % tools}`,
  }));
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    let context = contextOf(policy);
    const started = process.cpuUsage();
    for (const call of made) {
      if (isFresh) context = contextOf(policy);
      const tally = new Tally('enforce');
      judgeCall(context, call, tally, new Budget(60_000, () => 0));
      if (tally.blocked) throw new Error(`${call.name} was refused`);
    }
    const { user, system } = process.cpuUsage(started);
    least = Math.min(least, (user + system) / calls);
  }
  return least;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

say(`## A call, in µs of CPU (target at ${RULES.toLocaleString('en')} rules: ${TARGET_US})\n`);
say(`| a rule has | 1 rule | ${RULES.toLocaleString('en')} rules | ratio |`);
say('| --- | --- | --- | --- |');
for (const [name, rest] of KINDS) {
  const [one, many] = [1, RULES].map((count) =>
    cost(policyOf(Array.from({ length: count }, (_, at) => `name: tool_${at}${rest}`)), count, CALLS),
  );
  row(name, one, many);
}
const [, all = ''] = KINDS.at(-1) ?? [];
const [first, fresh] = [1, RULES].map((count) =>
  cost(policyOf(Array.from({ length: count }, (_, at) => `name: tool_${at}${all}`)), count, CALLS / 10, true),
);
row('the same, each call the first of a request with 6 KB of text', first, fresh);
const [single, alternatives] = [1, RULES].map((count) =>
  cost(
    policyOf(
      Array.from(
        { length: count },
        (_, at) => `name: 'tool*'${at === count - 1 ? '' : `, models: [m${at}]`}`,
      ),
    ),
    1,
    CALLS / 10,
  ),
);
row('alternatives for one tool, the last of which holds', single, alternatives);

function row(name: string, one = 0, many = 0): void {
  say(`| ${name} | ${one.toFixed(2)} | ${many.toFixed(2)} | ${(many / one).toFixed(2)} |`);
}

const prints = new PrintMemory();
let most = 0;
// Of each conversation six replies of 300 words: one passage of eight is kept.
for (let print = 0; print < CONVERSATIONS * 6 * 40; print++) {
  prints.keep({ high: print, low: Math.imul(print, 0x9e3779b1) >>> 0 }, { set: 1, clear: 0 }, 0);
  if (print % 10_000 === 0) most = Math.max(most, prints.bytes);
}
say(
  `\n## Conversations\n\n${CONVERSATIONS.toLocaleString('en')} conversations take ${(most / 1e6).toFixed(1)} MB at most (target: ${TARGET_MB}), ${Math.round(most / CONVERSATIONS)} bytes each.`,
);
