import { lint } from './lint.ts';

const FORGOTTEN = 'exchange.tained';

describe('lint', () => {
  it.each(['ingress', 'egress'])('compiles no more rules of %s than the schema takes', (section) => {
    const rules = Array.from({ length: 1001 }, (_, at) => ({ id: `r${at}`, pattern: 'y*' }));
    expect(lint({ [section]: { rules } })).toEqual([]);
    expect(lint({ [section]: { rules: rules.slice(0, 2) } })).toHaveLength(2);
  });

  it('compiles no patterns that are too large together, and names the first that is too many', () => {
    const rules = Array.from({ length: 200 }, (_, at) => ({ id: `r${at}`, pattern: '[a-z0-9]{900}' }));
    const of = (count: number): unknown => ({ ingress: { rules }, egress: { rules: rules.slice(0, count) } });
    const [fault, ...others] = lint(of(200));
    expect(others).toEqual([]);
    expect(fault?.path).toEqual(['egress', 'rules', 77, 'pattern']);
    expect(fault?.message).toMatch(
      /rule r77: .* about 1,800 steps, .* more than 500,000, .*; use \+ or \{n,\}/,
    );
  });

  it.each<[fault: string, value: unknown, path: string, message: string]>([
    [
      'a condition of a tool',
      { action: { tools: ['a', { name: 'send', when: FORGOTTEN }] } },
      'action.tools.1.when',
      'tool send',
    ],
    [
      'a condition on arguments',
      { action: { tools: [{ name: 'send', arguments: 'args.to ==' }] } },
      'action.tools.0.arguments',
      'tool send at offset',
    ],
    [
      'a condition in a list of allOf',
      { action: { tools: { allOf: [['a'], [{ name: 'send', when: FORGOTTEN }]] } } },
      'action.tools.allOf.1.0.when',
      'tool send',
    ],
    [
      'a condition in a set of allOf',
      { action: { tools: { allOf: [{ default: 'deny', tools: [{ name: 'send', when: FORGOTTEN }] }] } } },
      'action.tools.allOf.0.tools.0.when',
      'tool send',
    ],
    [
      'a condition of a tool of a server',
      { action: { mcp: ['x', { server: 'mail', tools: [{ name: 'send', when: FORGOTTEN }] }] } },
      'action.mcp.1.tools.0.when',
      'tool send',
    ],
    [
      'a pattern that streams cannot use',
      { ingress: { rules: [{ id: 'a', pattern: 'y*' }] } },
      'ingress.rules.0.pattern',
      'rule a: a pattern that matches the empty text',
    ],
    [
      'a pattern with a reference back, which RE2 lacks',
      { egress: { rules: [{ id: 'b', pattern: '(x)\\1' }] } },
      'egress.rules.0.pattern',
      'rule b: ',
    ],
  ])('finds %s', (_, value, path, message) => {
    const faults = lint(value);
    expect(faults.map((fault) => fault.path.join('.'))).toEqual([path]);
    expect(faults[0]?.message).toContain(message);
  });

  it.each<[what: string, value: unknown]>([
    ['null', null],
    ['a list', []],
    ['sections of another kind', { ingress: [], egress: 'x', action: 1 }],
    ['lists of another kind', { ingress: { rules: {} }, action: { tools: 1, mcp: 'x' } }],
    [
      'entries of another kind',
      { ingress: { rules: [1, { pattern: 2 }] }, action: { tools: { allOf: [1, {}] } } },
    ],
    [
      'conditions that hold',
      { action: { tools: [{ name: 'send', when: '!exchange.tainted', arguments: 'args.to == "a"' }] } },
    ],
  ])('says nothing about %s', (_, value) => {
    expect(lint(value)).toEqual([]);
  });
});
