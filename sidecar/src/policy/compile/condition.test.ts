import { UNKNOWN_WORKLOAD, type Workload } from '../../exchange/index.ts';
import type { ToolContext } from './compiled.ts';
import { compileCondition, ConditionFault } from './condition.ts';

function context(args: Record<string, unknown> = {}): ToolContext {
  return {
    tool: { name: 'send_email' },
    args,
    exchange: { tainted: false, private: false, direction: 'inbound', dialect: 'openai-chat', model: 'm' },
    caller: {
      address: '10.0.0.1',
      identity: {
        via: 'jwt',
        issuer: 'https://idp.example.com',
        subject: 'ann',
        groups: ['support'],
        claims: {},
        actor: null,
      },
    },
    workload: UNKNOWN_WORKLOAD,
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
    ['true && foo', '8: unknown name foo; known here: tool, exchange, caller, workload, calls, args'],
    [
      'exchange.tained',
      '8: exchange has no field tained; it has tainted, private, direction, dialect, model',
    ],
    [
      'has(caller.group)',
      '0: caller has no field group; it has address, subject, groups, claims, issuer, actor',
    ],
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
    ["caller['role'] == 'a'", '6: caller has no field role; it has address, subject,'],
    ["caller[args.x] == 'a'", '6: caller is a fixed set of fields; write caller.NAME'],
    ["exchange['tainted'] && caller.constructor == 1", '29: caller has no field constructor'],
    ["!('groups' in caller)", '14: caller is a fixed set of fields; write caller.NAME'],
    ['[caller].all(c, !has(c.groups))', '1: caller is a fixed set of fields'],
    ["{'c': caller}.c.x == 1", '6: caller is a fixed set of fields'],
    ['{caller: 1}.size() == 1', '1: caller is a fixed set of fields'],
    ['caller.all(k, true)', '0: caller is a fixed set of fields'],
    ['(true ? caller : args).x == 1', '8: caller is a fixed set of fields'],
    [
      "workload.label == 'a'",
      '8: workload has no field label; it has namespace, name, serviceAccount, labels',
    ],
    ["!('labels' in workload)", '14: workload is a fixed set of fields; write workload.NAME'],
    ['workload.namespace.x == 1', '18: .x: a string has no fields'],
    ['caller == caller', '0: caller is a fixed set of fields'],
    ['args[caller] == 1', '5: caller is a fixed set of fields'],
    ['type(caller) == map', '5: caller is a fixed set of fields'],
    ['dyn(caller).x == 1', '4: caller is a fixed set of fields'],
    ["!('groups' in .caller)", '14: caller is a fixed set of fields'],
    ["!('tained' in exchange)", '14: exchange is a fixed set of fields'],
    ["caller.actor.name == 'a'", '12: actor has no field name; it has subject, issuer, actor'],
    ['!has(caller.actor.actor.name)', 'actor has no field name'],
    ["caller['actor']['name'] == 'a'", '15: actor has no field name'],
    ["!('name' in caller.actor)", '18: actor is a fixed set of fields; write actor.NAME'],
    ['caller.actor == null', '6: actor is a fixed set of fields'],
    ['args.a.all(caller, caller.x.all(y, y == 1))', '25: nested loops over arguments'],
  ])('refuses %s', (expression, expected) => {
    expect(fault(expression)).toContain(expected);
  });

  it('asks of names of arguments only where the condition sees arguments', () => {
    const twice = context({ To: 'a', to: 'a' });
    expect(compileCondition('!exchange.tainted', 'when')(twice)).toBe(true);
    expect(() => compileCondition('!exchange.tainted', 'arguments')(twice)).toThrow('names of arguments');
  });

  it('does not know arguments before there are any', () => {
    expect(fault('has(args.to)', 'when')).toBe(
      '4: unknown name args; known here: tool, exchange, caller, workload, calls',
    );
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
    ["[{'groups': 1}].all(caller, 'groups' in caller)", {}, true],
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

  it.each([
    ["caller.groups == ['a']", 'caller.groups has no value: add it'],
    ["'a' in caller.groups", 'caller.groups has no value: add it'],
    ['!has(caller.groups)', 'caller.groups has no value: add it'],
    ['!has(.caller.groups)', 'caller.groups has no value: add it'],
    ["!has(caller['groups'].x)", 'caller.groups has no value: add it'],
    ["caller['groups'].exists(g, g == 'a')", 'caller.groups has no value: add it'],
    ["caller.subject == 'a'", 'compiles'],
    ['args.all(groups, args[groups] == 1)', 'compiles'],
  ])('where groups never have a value, %s: %s', (expression, expected) => {
    const fault = (): unknown => compileCondition(expression, 'arguments', { 'caller.groups': 'add it' });
    if (expected === 'compiles') expect(fault).not.toThrow();
    else expect(fault).toThrow(expected);
  });

  describe('of a caller of whom nothing is known', () => {
    const ann = context().caller.identity;
    const anonymous = { ...context(), caller: { address: '10.0.0.1', identity: null } };
    const ungrouped = {
      ...context(),
      caller: { address: '10.0.0.1', identity: ann === null ? null : { ...ann, groups: null } },
    };

    it.each([
      "caller.subject == 'ann'",
      "caller.subject != 'eve'",
      "!(caller.subject == 'eve')",
      "!('sales' in caller.groups)",
      "caller.groups.all(g, g != 'sales')",
      "caller.claims.level != 'x'",
      "caller.issuer != ''",
      "caller.actor.subject != 'x'",
    ])('%s does not hold, whichever way it asks', (expression) => {
      expect(() => compileCondition(expression, 'when')(anonymous)).toThrow(
        'the condition cannot be evaluated',
      );
    });

    it('has() tells', () => {
      expect(compileCondition('has(caller.subject)', 'when')(anonymous)).toBe(false);
      expect(compileCondition('has(caller.groups)', 'when')(ungrouped)).toBe(false);
      expect(compileCondition("has(caller.subject) && caller.subject == 'ann'", 'when')(ungrouped)).toBe(
        true,
      );
    });
  });

  const BOT: Workload = {
    ...UNKNOWN_WORKLOAD,
    namespace: 'chat',
    name: 'bot-7d',
    serviceAccount: 'bot',
    labels: new Map([
      ['app.kubernetes.io/name', 'bot'],
      ['tier', 'internal'],
    ]),
  };

  it.each([
    // What is not known, or has no such label, holds for no question.
    ["workload.labels.tier == 'internal'", UNKNOWN_WORKLOAD, null],
    ["workload.labels.tier != 'public'", UNKNOWN_WORKLOAD, null],
    ["!('public' in workload.labels)", UNKNOWN_WORKLOAD, null],
    ["workload.namespace != 'dev'", UNKNOWN_WORKLOAD, null],
    ["!(workload.serviceAccount == 'admin')", UNKNOWN_WORKLOAD, null],
    ["workload.name.startsWith('bot-')", UNKNOWN_WORKLOAD, null],
    ["workload.labels.team != 'sales'", BOT, null],
    ["workload.labels['constructor'] != 'x'", BOT, null],
    ["workload.labels.tier == 'public'", BOT, false],
    ["'team' in workload.labels", BOT, false],
    ['has(workload.labels.team)', BOT, false],
    ['has(workload.labels)', UNKNOWN_WORKLOAD, false],
    ["workload.labels['app.kubernetes.io/name'] == 'bot'", BOT, true],
    ["workload.namespace == 'chat' && workload.serviceAccount == 'bot'", BOT, true],
    ["workload.name.startsWith('bot-') && !('team' in workload.labels)", BOT, true],
  ])('asks %s of the workload', (expression, workload, expected) => {
    const ask = (): boolean => compileCondition(expression, 'when')({ ...context(), workload });
    if (expected === null) expect(ask).toThrow('the condition cannot be evaluated');
    else expect(ask()).toBe(expected);
  });

  it('knows the claims and the actors of a caller', () => {
    const { caller, ...rest } = context();
    const identity =
      caller.identity === null
        ? null
        : {
            ...caller.identity,
            claims: { realm: { roles: ['admin'] }, constructor: 'x' },
            actor: { subject: 'agent', issuer: null, actor: { subject: 'gw', issuer: 'i', actor: null } },
          };
    const holds = (expression: string): boolean =>
      compileCondition(expression, 'when')({ ...rest, caller: { ...caller, identity } });
    expect(holds("caller.claims.realm.roles.exists(r, r == 'admin')")).toBe(true);
    expect(holds("caller.claims.constructor == 'x'")).toBe(true);
    expect(holds("caller.actor.subject == 'agent' && caller.actor.actor.issuer == 'i'")).toBe(true);
    expect(holds('has(caller.actor.issuer)')).toBe(false);
  });

  it('takes linear time over any text', () => {
    const condition = compileCondition("args.a.matches('^(a+)+$')", 'arguments');
    expect(condition(context({ a: `${'a'.repeat(200_000)}!` }))).toBe(false);
  });
});
