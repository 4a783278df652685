import { afterEach, describe, expect, it } from '@jest/globals';

import { Live, policyOf, send } from '../test-kit.ts';
import { APIS, type Api } from '../testing/calling-apis.ts';

const DENIES = policyOf(
  `action: { onDeny: deny-result, tools: [{ name: look }, { name: pay, arguments: "args.amount < 10.0" }] }`,
);
const MUCH = { name: 'pay', args: { amount: 500 } };

let live: Live;
afterEach(() => live.close());

/** The bodies that reach the model server, which makes a call that is refused, twice, and then answers. */
async function asked(
  api: Api,
  streams: boolean,
  choice: object,
): Promise<readonly Record<string, unknown>[]> {
  const seen: Record<string, unknown>[] = [];
  live = await new Live({ policy: DENIES }).start();
  live.answer = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      seen.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
      const turn = seen.length < 3 ? [MUCH] : [];
      response.writeHead(200, { 'content-type': streams ? api.streamType : 'application/json' });
      response.end(streams ? api.streamed(turn) : JSON.stringify(api.whole(turn)));
    });
  };
  const got = await send(live.port, {
    path: streams ? api.streamPath : api.path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...api.request(streams), ...choice }),
  });
  expect(got.status).toBe(200);
  return seen;
}

const NAMED = { type: 'function', function: { name: 'pay' } };
const TOOLS = [{ type: 'function', name: 'pay' }];

/** Members of a request, and what the further rounds have in their place. */
const ROWS: readonly (readonly [api: string, forced: object, freed: object])[] = [
  ['chat completions', { tool_choice: NAMED }, { tool_choice: 'auto' }],
  ['chat completions', { tool_choice: 'required' }, { tool_choice: 'auto' }],
  ['chat completions', { tool_choice: 'any' }, { tool_choice: 'auto' }],
  ['chat completions', { tool_choice: 'pay' }, { tool_choice: 'auto' }],
  ['chat completions', { tool_choice: 'auto' }, { tool_choice: 'auto' }],
  [
    'chat completions',
    { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [NAMED] } } },
    { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [NAMED] } } },
  ],
  ['responses', { tool_choice: { type: 'function', name: 'pay' } }, { tool_choice: 'auto' }],
  [
    'responses',
    { tool_choice: { type: 'allowed_tools', mode: 'required', tools: TOOLS } },
    { tool_choice: { type: 'allowed_tools', mode: 'auto', tools: TOOLS } },
  ],
  [
    'messages',
    { tool_choice: { type: 'tool', name: 'pay', disable_parallel_tool_use: true } },
    { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
  ],
  ['messages', { tool_choice: { type: 'any' } }, { tool_choice: { type: 'auto' } }],
  ['messages', { tool_choice: { type: 'auto' } }, { tool_choice: { type: 'auto' } }],
  [
    'gemini',
    {
      toolConfig: {
        functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['pay'] },
        retrievalConfig: { languageCode: 'en' },
      },
    },
    {
      toolConfig: { functionCallingConfig: { mode: 'AUTO' }, retrievalConfig: { languageCode: 'en' } },
    },
  ],
  [
    'gemini',
    { tool_config: { function_calling_config: { mode: 'any', allowed_function_names: ['pay'] } } },
    { tool_config: { function_calling_config: { mode: 'AUTO' } } },
  ],
  [
    'gemini',
    { toolConfig: { functionCallingConfig: { mode: 'AUTO' } } },
    { toolConfig: { functionCallingConfig: { mode: 'AUTO' } } },
  ],
];

describe.each([
  ['whole', false],
  ['streamed', true],
])('a call that the request forces and policy refuses, %s', (_name, streams) => {
  it.each(ROWS)('is not forced again, in %s with %j', async (name, forced, freed) => {
    const api = APIS.find((each) => each.name === name);
    if (api === undefined) throw new Error(`no API is named ${name}`);
    const [first, ...rounds] = await asked(api, streams, forced);
    expect(first).toMatchObject(forced);
    expect(rounds).toHaveLength(2);
    const [member = ''] = Object.keys(freed);
    for (const round of rounds) {
      expect({ [member]: round[member] }).toEqual(freed);
      expect({ ...round, [api.member]: null, [member]: null }).toEqual({
        ...first,
        [api.member]: null,
        [member]: null,
      });
    }
  });
});
