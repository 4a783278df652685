import type { Exchange, Reply, ToolCall } from '../exchange/index.ts';
import type { Verdict } from '../exchange/verdict.ts';
import type { CompiledPolicy, CompiledTool } from '../policy/compile/compiled.ts';
import { judgeReply, judgeRequest, replyRules } from './run.ts';
import { broken, enforce, exchange, policy, reply, segment, summary, tool, word } from './testing/judging.ts';

describe('judgeReply', () => {
  const judge = (given: Reply, ruled: CompiledPolicy, asked = exchange()): Verdict => {
    const { action } = judgeRequest(asked, ruled, Date.now);
    return judgeReply(given, action, replyRules(action), Date.now);
  };
  const called = (more: Partial<ToolCall>): Reply =>
    reply({ calls: [{ pointer: '/c/0', name: 'mail', arguments: '{}', ...more }] });
  const call = (args: string): Reply => called({ arguments: args });
  const listed = (more: Partial<CompiledTool>): CompiledPolicy =>
    policy({ action: { tools: [tool('mail', more)] } });
  const whenTrue = listed({ arguments: () => true });
  const tainted = exchange({ segments: [segment('x', { origin: 'tool' })] });

  it.each<[string, Reply, CompiledPolicy, Exchange, string]>([
    [
      'a detector that throws',
      reply({ segments: [segment('x')] }),
      policy({ egress: { pii: { ...enforce, detector: broken, isNarrowed: false } } }),
      exchange(),
      'block detector_unavailable',
    ],
    ['a call that is not listed', call('{}'), policy(), exchange(), 'block tool_not_allowed'],
    ['arguments cut short, under a condition', call('{"a":'), whenTrue, exchange(), 'block tool_not_allowed'],
    [
      'arguments that are a list, under a condition',
      call('[]'),
      whenTrue,
      exchange(),
      'block tool_not_allowed',
    ],
    [
      'arguments that clients may read in another way, under a condition',
      called({ uncertain: true }),
      whenTrue,
      exchange(),
      'block tool_not_allowed',
    ],
    [
      'arguments cut short, of a tool without a condition on them',
      call('{"a":'),
      listed({}),
      exchange(),
      'allow',
    ],
    [
      'arguments cut short, where another condition does not hold',
      call('{"a":'),
      listed({ when: () => false }),
      exchange(),
      'block tool_not_allowed',
    ],
    ['no arguments, as null', call('null'), whenTrue, exchange(), 'allow'],
    [
      'another name that clients may read',
      called({ alsoNamed: ['delete_all'] }),
      listed({}),
      exchange(),
      'block tool_not_allowed',
    ],
    [
      'a condition that does not hold',
      call('{}'),
      listed({ when: ({ exchange: { tainted: is } }) => !is }),
      tainted,
      'block tool_not_allowed',
    ],
    [
      'a condition that cannot be evaluated',
      call('{}'),
      listed({ arguments: ({ args }) => (args as { to: { length: number } }).to.length > 0 }),
      exchange(),
      'block tool_not_allowed',
    ],
    [
      'arguments that are refused',
      call('{"to":"eve"}'),
      listed({ arguments: ({ args }) => args['to'] === 'bob' }),
      exchange(),
      'block tool_not_allowed',
    ],
    [
      'an alternative that agrees',
      call('{}'),
      policy({ action: { tools: [tool('mail', { when: () => false }), tool('mail')] } }),
      exchange(),
      'allow',
    ],
    [
      'an observed rule that disagrees',
      call('{}'),
      listed({ mode: 'observe', when: () => false }),
      exchange(),
      'allow',
    ],
    [
      'a call that passes',
      call('{"to":"bob"}'),
      listed({ arguments: ({ args }) => args['to'] === 'bob' }),
      exchange(),
      'allow',
    ],
    [
      'a secret',
      reply({ segments: [segment('the key')] }),
      policy({ egress: { secrets: { ...enforce, detector: word('key') } } }),
      exchange(),
      'block secret_detected',
    ],
  ])('%s', (_, given, ruled, asked, expected) => {
    expect(summary(judge(given, ruled, asked))).toBe(expected);
  });

  it('joins overlapping findings under the replacement of the first', () => {
    const both = policy({
      egress: {
        pii: { action: 'redact', mode: 'enforce', detector: word('ab', 'pii.email'), isNarrowed: false },
        secrets: { action: 'redact', mode: 'enforce', detector: word('bc', 'secret.x') },
      },
    });
    const verdict = judge(reply({ segments: [segment('-abc-')] }), both);
    expect(
      verdict.kind === 'redact' && verdict.redactions.map(({ start, end }) => [start, end]).sort(),
    ).toEqual([[1, 4]]);
  });
});
