import { replayExchange } from '../replay/replay.ts';
import { policyOf } from '../test-kit.ts';

const OFF = `ingress: { injection: { action: 'off' }, media: { action: allow } }
`;
const MAIL = `{ name: get_mail, reads: private, results: trusted }`;

/** The verdict on a request that offers the tool. */
function offer(tools: string, tool: object, input: readonly object[] = []): unknown {
  return replayExchange(
    {
      method: 'POST',
      path: '/v1/responses',
      request: {
        model: 'm',
        tools: [tool],
        input: [{ role: 'user', content: 'What is new?' }, ...input],
      },
      response: null,
    },
    policyOf(`${OFF}action: { tools: [${MAIL}, ${tools}] }`),
  ).request;
}
function looked(tool: string): readonly object[] {
  return [
    { type: 'function_call', call_id: 'c', name: tool, arguments: '{}' },
    { type: 'function_call_output', call_id: 'c', output: 'Ann Lee owes nine hundred.' },
  ];
}

const CODE = { type: 'code_interpreter', container: { type: 'auto' } };

describe('a tool that the provider runs is not offered', () => {
  it.each<[string, string, string, readonly object[]]>([
    ['where its condition does not hold', "when: 'false'", 'tool.when', []],
    ['where it must not taint, which it does itself', "when: '!exchange.tainted'", 'tool.when', []],
    [
      'where the conversation is tainted',
      "results: trusted, when: '!exchange.tainted'",
      'tool.when',
      looked('get_page'),
    ],
    [
      'with a condition on calls, which are not counted',
      `when: 'calls.count("code_interpreter", "1h") < 3.0'`,
      'tool.when',
      [],
    ],
    ['with a condition on arguments', "arguments: 'true'", 'tool.arguments', []],
    ['with sources of arguments', 'sources: { code: [user] }', 'tool.sources', []],
    ['with a limit of repeats', 'repeats: 1', 'tool.repeats', []],
    ['to act outside after private data', 'acts: outside', 'tool.acts-outside', looked('get_mail')],
  ])('%s', (_name, members, rule, input) => {
    const tools = `{ name: code_interpreter, ${members} }, { name: get_page }`;
    expect(offer(tools, CODE, input)).toMatchObject({
      kind: 'block',
      code: 'tool_not_allowed',
      detail: expect.stringContaining('the provider runs this tool') as string,
      hits: [{ rule, pointer: '/tools/0' }],
    });
  });
});

describe('a tool is offered', () => {
  const CLIENT = { type: 'function', name: 'code_interpreter' };
  it.each<[string, string, object, readonly object[]]>([
    ['without conditions', '{ name: code_interpreter }', CODE, looked('get_mail')],
    ['whose condition holds', `{ name: code_interpreter, when: 'exchange.tainted' }`, CODE, []],
    [
      'that is trusted, where nothing taints',
      "{ name: code_interpreter, results: trusted, when: '!exchange.tainted' }",
      CODE,
      looked('get_mail'),
    ],
    ['that acts outside, without private data', '{ name: code_interpreter, acts: outside }', CODE, []],
    [
      'that another entry allows',
      "{ name: code_interpreter, arguments: 'true' }, { name: 'code_*' }",
      CODE,
      [],
    ],
    ['whose calls come back to be judged', "{ name: code_interpreter, when: 'false' }", CLIENT, []],
  ])('%s', (_name, tools, tool, input) => {
    expect(offer(tools, tool, input)).toMatchObject({ kind: 'allow' });
  });
});
