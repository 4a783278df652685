import fc from 'fast-check';

import { UNKNOWN_WORKLOAD } from '../../exchange/index.ts';
import type { CompiledTool, ToolContext } from './compiled.ts';
import { compileTools, compileTrust } from './compile-tools.ts';
import { PolicyInvalid } from '../kinds/problem.ts';
import type { ToolRule, ToolSet } from '../keys/tools.ts';

const PLACE = { path: 'action.tools', absent: {} };

function context(name: string, args: Record<string, unknown> = {}): ToolContext {
  return {
    tool: { name },
    args,
    exchange: { tainted: false, private: false, direction: 'inbound', dialect: 'openai-chat', model: 'm' },
    caller: { address: '', identity: null },
    workload: UNKNOWN_WORKLOAD,
  };
}

function rule(name: string, more: Partial<ToolRule> = {}): ToolRule {
  return { name, mode: 'enforce', ...more };
}

/** What the action control makes of compiled rules. */
function allows(
  tools: readonly CompiledTool[],
  fallback: 'deny' | 'allow',
  name: string,
  args: Record<string, unknown>,
): boolean {
  const named = tools.filter((tool) => tool.matchesName(name));
  if (named.length === 0) return fallback === 'allow';
  return named.some(
    ({ when, arguments: of }) =>
      (when === null || when(context(name, args))) && (of === null || of(context(name, args))),
  );
}

const tool = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'a*', '*', '?b'),
    mode: fc.constant('enforce' as const),
    when: fc.constantFrom('true', 'false', "tool.name == 'a'"),
    arguments: fc.constantFrom('args.n == 1', 'args.n == 2'),
  },
  { requiredKeys: ['name', 'mode'] },
);
const toolSet: fc.Arbitrary<ToolSet> = fc.record({
  default: fc.constantFrom('deny' as const, 'allow' as const),
  tools: fc.array(tool, { maxLength: 3 }),
});

describe('compileTools', () => {
  it('allows the intersection of all sets', () => {
    fc.assert(
      fc.property(
        fc.array(toolSet, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('a', 'b', 'ab', 'c'),
        fc.constantFrom(1, 2),
        (sets, name, n) => {
          const each = sets.every((set) =>
            allows(compileTools([set], 'enforce', PLACE), set.default, name, { n }),
          );
          const fallback = sets.some((set) => set.default === 'deny') ? 'deny' : 'allow';
          expect(allows(compileTools(sets, 'enforce', PLACE), fallback, name, { n })).toBe(each);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('allows and trusts no name that only resembles one', () => {
    const disguised = fc.string({ unit: fc.constantFrom(...Array.from('send_mail-.SÉ\u0301\u200bеꜱ()')) });
    fc.assert(
      fc.property(disguised, fc.constantFrom('send_mail', 'send*', 'mail.send'), (end, named) => {
        const sets: ToolSet[] = [{ default: 'deny', tools: [rule(named, { results: 'trusted' })] }];
        for (const name of [end, `send_mail${end}`, `sénd_mail${end}`, `Send.Mail${end}`]) {
          const exact = name === named || (named === 'send*' && name.startsWith('send'));
          expect(allows(compileTools(sets, 'enforce', PLACE), 'deny', name, {})).toBe(exact);
          expect(compileTrust(sets)(name)).toBe(exact);
        }
      }),
    );
  });

  it('omits combinations that no name can match', () => {
    const sets: ToolSet[] = [
      { default: 'deny', tools: [rule('a'), rule('b')] },
      { default: 'deny', tools: [rule('b'), rule('c*')] },
    ];
    expect(compileTools(sets, 'enforce', PLACE).map(({ name }) => name)).toEqual(['b']);
  });

  it('enforces where any layer enforces', () => {
    const sets: ToolSet[] = [
      { default: 'deny', tools: [rule('a', { mode: 'observe' })] },
      { default: 'deny', tools: [rule('*')] },
    ];
    expect(compileTools(sets, 'enforce', PLACE).map(({ mode }) => mode)).toEqual(['enforce']);
    expect(compileTools(sets, 'observe', PLACE).map(({ mode }) => mode)).toEqual(['observe']);
    expect(compileTools(sets.slice(0, 1), 'enforce', PLACE).map(({ mode }) => mode)).toEqual(['observe']);
  });

  it('refuses unreviewable sizes', () => {
    const many = {
      default: 'deny' as const,
      tools: Array.from({ length: 150 }, (_, index) => rule(`*${index}*`)),
    };
    expect(() => compileTools([many, many], 'enforce', PLACE)).toThrow(PolicyInvalid);
  });

  it('takes no request without a model where models are listed', () => {
    const [only] = compileTools(
      [{ default: 'deny', tools: [rule('a', { models: { allOf: [['m*'], ['*1']] } })] }],
      'enforce',
      PLACE,
    );
    expect([null, 'm', 'm1', 'x1'].map((model) => only?.matchesModel?.(model))).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });
});

describe('compileTrust', () => {
  function set(...tools: readonly ToolRule[]): ToolSet {
    return { default: 'deny', tools: [...tools] };
  }
  const trusted = rule('lookup', { results: 'trusted' });
  const relying = rule('act', { when: '!exchange.tainted' });

  it.each<[string, readonly ToolSet[]]>([
    ['no layer', []],
    ['a layer that does not name it', [set(rule('other', { results: 'trusted' }))]],
    ['a layer that says nothing about its results', [set(rule('lookup'))]],
    ['an entry beside one that calls it untrusted', [set(trusted, rule('l*', { results: 'untrusted' }))]],
    ['one of two layers that rely on it', [set(trusted, relying), set(rule('*'), relying)]],
    ['another layer than the one with a condition', [set(trusted), set(rule('lookup'), relying)]],
    [
      'another layer than the one with sources',
      [set(trusted), set(rule('lookup'), rule('act', { sources: { to: ['trusted'] } }))],
    ],
  ])('does not trust a tool by %s', (_name, sets) => {
    expect(compileTrust(sets)('lookup')).toBe(false);
  });

  it.each<[string, readonly ToolSet[]]>([
    ['the only layer', [set(trusted)]],
    ['a pattern', [set(rule('look*', { results: 'trusted' }), relying)]],
    ['every layer with conditions', [set(trusted, relying), set(trusted, relying)]],
    ['a layer beside one without conditions', [set(trusted, relying), set(rule('*'))]],
  ])('trusts a tool by %s', (_name, sets) => {
    expect(compileTrust(sets)('lookup')).toBe(true);
  });

  it('trusts nothing that a layer with conditions does not trust alone', () => {
    const ruled = fc.record(
      {
        name: fc.constantFrom('a', 'b', 'a*', '*'),
        mode: fc.constant('enforce' as const),
        when: fc.constant('!exchange.tainted'),
        results: fc.constantFrom('trusted' as const, 'untrusted' as const),
      },
      { requiredKeys: ['name', 'mode'] },
    );
    const sets = fc.array(fc.array(ruled, { maxLength: 3 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(sets, fc.constantFrom('a', 'b', 'ab'), (lists, name) => {
        const layers = lists.map((tools) => set(...tools));
        const relies = layers.filter(({ tools }) => tools.some(({ when }) => when !== undefined));
        if (compileTrust(layers)(name))
          expect(relies.map((layer) => compileTrust([layer])(name))).not.toContain(false);
      }),
    );
  });
});
