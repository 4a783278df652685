import type { ToolContext } from './compiled.ts';
import { compileCondition, ConditionFault } from './condition.ts';

function context(args: Record<string, unknown> = {}): ToolContext {
  return {
    tool: { name: 'send_email' },
    args,
    exchange: { tainted: false, direction: 'inbound', dialect: 'openai-chat', model: 'm' },
    caller: { address: '10.0.0.1', groups: ['support'] },
  };
}

function fault(expression: string, kind: 'when' | 'arguments' = 'arguments'): string {
  try {
    compileCondition(expression, kind);
    return 'compiles';
  } catch (error) {
    if (!(error instanceof ConditionFault)) throw error;
    return `${error.offset}: ${error.message}`;
  }
}

describe('compileCondition', () => {
  it.each([
    ['1 +', '2: not a valid CEL expression'],
    ['', '0: not a valid CEL expression'],
    ['true)', '4: not a valid CEL expression'],
    ["'yes'", '0: a condition must be true or false; this is a string'],
    ['1 + 2', '1: a condition must be true or false; this is a int'],
    ['args', '0: a condition must be true or false; this is a map'],
    ['[true]', '0: a condition must be true or false; this is a list'],
    ['exchange.model', '8: a condition must be true or false; this is a string'],
    ['true && foo', '8: unknown name foo; known here: tool, exchange, caller, args'],
    ['exchange.tained', '8: exchange has no field tained; it has tainted, direction, dialect, model'],
    ['has(caller.group)', '0: caller has no field group; it has address, groups'],
    ['tool.name.size() == 1.0 && tool.name.x == 1', '36: .x: a string has no fields'],
    ['nofn(args.a)', '0: unknown function nofn'],
    ['args.a.replace("a", "b") == "c"', '6: unknown function replace'],
    ['tool.name.startsWith(1)', '9: startsWith does not take string.(int); numbers do not mix'],
    ['tool.name + 1 == "a"', '10: _+_ does not take (string, int)'],
    ['"a" && true', '0: && and || join conditions, not a string'],
    ['args.a.matches(args.b)', '6: matches needs a literal pattern'],
    ['args.a.matches("(x")', '6: matches: missing ): (x'],
    ['args.a.matches("(?<=x)y")', '6: matches: invalid perl operator'],
    ['args.a.all(x, args.b.exists(y, x == y))', '18: nested loops over arguments'],
    ['tool.name.all(x, true)', '4: a string has no elements'],
    ['google.Foo{a: 1} == 1', '0: unknown type google.Foo'],
  ])('refuses %s', (expression, expected) => {
    expect(fault(expression)).toContain(expected);
  });

  it('does not know arguments before there are any', () => {
    expect(fault('has(args.to)', 'when')).toBe('4: unknown name args; known here: tool, exchange, caller');
  });

  it.each([
    ["!exchange.tainted && caller.groups.exists(g, g == 'support')", {}, true],
    ["args.to.endsWith('@example.com')", { to: 'a@example.com' }, true],
    ["args.to.endsWith('@example.com')", { to: 'a@example.com.evil' }, false],
    ["args.to.all(x, x.endsWith('@example.com'))", { to: ['a@example.com', 'b@other'] }, false],
    ['caller.groups.exists(g, args.to.exists(t, t == g))', { to: ['support'] }, true],
    ['args.n < 5.0 && args.n >= 1', { n: 3 }, true],
    ['args.n == 3', { n: 3 }, true],
    ['size(args.list) <= 2', { list: [1, 2, 3] }, false],
    ['has(args.a.b) && args.a.b == null', { a: { b: 'x' } }, false],
    ["args.path.matches('^/srv/[a-z]+$')", { path: '/srv/a/../b' }, false],
    ["tool.name in ['send_email', 'x']", {}, true],
    ["exchange.tainted ? false : args['k'] == 'v'", { k: 'v' }, true],
    ["args.filter(k, k == 'a').size() == 1", { a: 1, b: 2 }, true],
    ["args['constructor'] == 'x'", { constructor: 'x' }, true],
    ["args['$typeName'] == 'google.protobuf.Any'", { $typeName: 'google.protobuf.Any' }, true],
  ])('asks %s of %j', (expression, args, expected) => {
    expect(compileCondition(expression, 'arguments')(context(args))).toBe(expected);
  });

  it.each([
    ["args.to.endsWith('@example.com')", {}],
    ["args.to.endsWith('@example.com')", { to: 7 }],
    ["args.to.endsWith('@example.com')", { to: { constructor: { name: 'String' } } }],
    ['args.flag', { flag: 'true' }],
    ['args.toString == args.toString', {}],
    ['args.__proto__ == args', {}],
  ])('throws without content where %s cannot be asked of %j', (expression, args) => {
    const condition = compileCondition(expression, 'arguments');
    expect(() => condition(context(args))).toThrow(/^the condition /);
  });

  it('takes linear time over any text', () => {
    const condition = compileCondition("args.a.matches('^(a+)+$')", 'arguments');
    expect(condition(context({ a: `${'a'.repeat(200_000)}!` }))).toBe(false);
  });
});
