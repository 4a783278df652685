import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { replayExchange } from '../replay/replay.ts';
import { policyOf } from '../test-kit.ts';

function policyWith(tools: string): CompiledPolicy {
  return policyOf(`ingress: { injection: { action: 'off' } }\naction: { default: allow, tools: [${tools}] }`);
}

const DENIES = policyWith(`{ name: send_mail, when: 'false' }, { name: 'drop_*', when: 'false' }`);

/** The verdict on a reply that calls a tool. */
function call(policy: CompiledPolicy, name: string): unknown {
  const called = { id: 'c', type: 'function', function: { name, arguments: '{}' } };
  return replayExchange(
    {
      method: 'POST',
      path: '/v1/chat/completions',
      request: { model: 'm', messages: [{ role: 'user', content: 'Go on.' }] },
      response: {
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: null, tool_calls: [called] },
            finish_reason: 'tool_calls',
          },
        ],
      },
    },
    policy,
  ).reply;
}

function refused(rule: string): object {
  return { kind: 'block', code: 'tool_not_allowed', hits: [{ rule }] };
}

/** Ways of writing a name that agents and servers may not tell apart. */
const change = fc.constantFrom<(name: string) => string>(
  (name) => name.toUpperCase(),
  (name) => name.replace('_', '-'),
  (name) => name.replace(/_(\w)/, (_all, letter: string) => letter.toUpperCase()),
  (name) => name.replace(/[!-~]/g, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0)),
  (name) => `${name}\u200b`,
  (name) => `\u2060${name}`,
  (name) => name.replace(/[aeop]/, (letter) => ({ a: 'а', e: 'е', o: 'о', p: 'р' })[letter] ?? letter),
  (name) => name.replace(/^[a-z]/, (letter) => letter.toUpperCase()),
);

describe('a tool in other letters', () => {
  it.each(['Send_Mail', 'sendMail', 'ｓend_mail', 'sеnd_mail', 'DROP_TABLE'])(
    '%s does not pass a rule that refuses the tool',
    (name) => {
      expect(call(DENIES, name)).toMatchObject(refused('tool.look-alike'));
    },
  );

  it('is refused however its name is changed', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.tuple(fc.constant('send_mail'), fc.array(change, { minLength: 1, maxLength: 4 })),
          // A pattern is not matched by what differs in case and in where words end: `DROPTABLE`.
          fc.tuple(fc.constantFrom('drop_table', 'drop_open_orders'), fc.tuple(change)),
        ),
        ([name, changes]) => {
          const other = changes.reduce<string>((so, each) => each(so), name);
          expect(call(DENIES, other)).toMatchObject({ kind: 'block', code: 'tool_not_allowed' });
        },
      ),
    );
  });

  it('is not an allowed tool', () => {
    const lists = policyOf('action: { tools: [{ name: search }] }');
    expect(call(lists, 'Search')).toMatchObject(refused('tool.not-listed'));
  });

  it.each([
    ["{ name: '*', when: \"tool.name != 'send_mail'\" }", 'Send-Mail', 'tool.when'],
    ["{ name: '*', arguments: \"!(tool.name in ['send_mail'])\" }", 'SENDMAIL', 'tool.arguments'],
  ])('does not hold under a condition that names the tool: %s', (rule, name, failed) => {
    expect(call(policyWith(rule), name)).toMatchObject(refused(failed));
  });

  it('is observed where the rule of the tool observes', () => {
    const observes = policyWith("{ name: send_mail, when: 'false', mode: observe }");
    expect(call(observes, 'Send_Mail')).toMatchObject({
      kind: 'allow',
      hits: [{ rule: 'tool.look-alike', mode: 'observe' }],
    });
  });

  it('counts as the tool', () => {
    const limits = policyWith(`{ name: '*', when: "calls.count('send_mail', '1h') < 1" }`);
    expect(call(limits, 'Send_Mail')).toMatchObject({ kind: 'allow' });
    expect(call(limits, 'send_mail')).toMatchObject(refused('tool.when'));
  });

  it.each(['send_mails', 'dropped', 'search'])('%s is another tool', (name) => {
    expect(call(DENIES, name)).toMatchObject({ kind: 'allow' });
  });
});
