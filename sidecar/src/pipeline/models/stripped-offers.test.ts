import { describe, expect, it } from '@jest/globals';

import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { InspectedRequest } from '../inspect/inspector.ts';
import { policyOf } from '../test-kit.ts';
import { asked } from '../testing/asked.ts';

function policyWith(tools: string, more = ''): CompiledPolicy {
  return policyOf(
    `ingress: { injection: { action: 'off' } }\naction: { offers: strip, tools: [${tools}]${more} }`,
  );
}

const STRIPS = policyWith('{ name: get }, { name: "web_*" }');

/** How the request reaches the model server. */
function forwarded(
  policy: CompiledPolicy,
  path: string,
  body: object,
): { read: InspectedRequest; passed: unknown } {
  const read = asked(policy, path, body);
  const passed: unknown =
    read.kind === 'read' && read.passed !== null ? JSON.parse(read.passed.toString()) : null;
  return { read, passed };
}

const CHAT = { model: 'm', messages: [{ role: 'user', content: 'Go.' }] };
const RESPONSES = { model: 'm', input: 'Go.' };
const CLAUDE = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Go.' }] };
const GEMINI = { contents: [{ role: 'user', parts: [{ text: 'Go.' }] }] };
const OLLAMA = { ...CHAT, stream: false };
const [CHAT_PATH, GEMINI_PATH] = ['/v1/chat/completions', '/v1beta/models/m:generateContent'];

function fn(name: string): object {
  return { type: 'function', function: { name, parameters: {} } };
}

describe('an offer that policy does not allow', () => {
  it.each<[string, string, object, object]>([
    [
      'chat',
      CHAT_PATH,
      { ...CHAT, tools: [fn('drop'), fn('get')], tool_choice: 'required' },
      { ...CHAT, tools: [fn('get')], tool_choice: 'required' },
    ],
    [
      'chat, of all',
      CHAT_PATH,
      { ...CHAT, tools: [fn('drop')], tool_choice: 'auto', parallel_tool_calls: false },
      CHAT,
    ],
    [
      'chat, of functions and of the provider',
      CHAT_PATH,
      { ...CHAT, functions: [{ name: 'drop' }], enable_code_interpreter: true, web_search_options: {} },
      { ...CHAT, web_search_options: {} },
    ],
    [
      'responses',
      '/v1/responses',
      {
        ...RESPONSES,
        tools: [{ type: 'web_search' }, { type: 'code_interpreter' }, { type: 'function', name: 'drop' }],
      },
      { ...RESPONSES, tools: [{ type: 'web_search' }] },
    ],
    [
      'anthropic',
      '/v1/messages',
      {
        ...CLAUDE,
        tools: [
          { name: 'get', input_schema: {} },
          { name: 'drop', input_schema: {} },
        ],
        tool_choice: { type: 'any' },
      },
      { ...CLAUDE, tools: [{ name: 'get', input_schema: {} }], tool_choice: { type: 'any' } },
    ],
    [
      'gemini',
      GEMINI_PATH,
      {
        ...GEMINI,
        tools: [{ functionDeclarations: [{ name: 'drop' }, { name: 'get' }] }, { codeExecution: {} }],
      },
      { ...GEMINI, tools: [{ functionDeclarations: [{ name: 'get' }] }] },
    ],
    [
      'gemini, of all',
      GEMINI_PATH,
      {
        ...GEMINI,
        tools: [{ function_declarations: [{ name: 'drop' }], google_search: {} }],
        toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
      },
      GEMINI,
    ],
    ['ollama', '/api/chat', { ...OLLAMA, tools: [fn('get'), fn('drop')] }, { ...OLLAMA, tools: [fn('get')] }],
  ])('is stripped from a request in %s', (_name, path, body, wanted) => {
    const { read, passed } = forwarded(STRIPS, path, body);
    expect(passed).toEqual(wanted);
    expect(read).toMatchObject({
      verdict: {
        kind: 'redact',
        hits: expect.arrayContaining([
          expect.objectContaining({ rule: 'tool.not-listed', action: 'redact', mode: 'enforce' }),
        ]) as unknown,
      },
    });
  });

  it.each<[string, string, object]>([
    [
      'it is forced',
      CHAT_PATH,
      {
        ...CHAT,
        tools: [fn('get'), fn('drop')],
        tool_choice: { type: 'function', function: { name: 'drop' } },
      },
    ],
    [
      'it is among the only ones',
      GEMINI_PATH,
      {
        ...GEMINI,
        tools: [{ functionDeclarations: [{ name: 'drop' }, { name: 'get' }] }],
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['get', 'drop'] } },
      },
    ],
    [
      'one must be called and none is left',
      CHAT_PATH,
      { ...CHAT, tools: [fn('drop')], tool_choice: 'required' },
    ],
    [
      'the history has calls and none is left',
      '/v1/messages',
      {
        ...CLAUDE,
        messages: [
          { role: 'user', content: 'Go.' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'drop', input: {} }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'done' }] },
        ],
        tools: [{ name: 'drop', input_schema: {} }],
      },
    ],
    [
      'it stands in the conversation',
      '/v1/messages',
      {
        ...CLAUDE,
        messages: [
          { role: 'user', content: 'Go.' },
          {
            role: 'system',
            content: [
              {
                type: 'tool_addition',
                tool: { type: 'tool_definition', definition: { name: 'drop', input_schema: {} } },
              },
            ],
          },
        ],
      },
    ],
    [
      'it is a server of the provider',
      '/v1/messages',
      {
        ...CLAUDE,
        mcp_servers: [{ type: 'url', name: 's', url: 'https://mcp.example' }],
        tools: [{ type: 'mcp_toolset', mcp_server_name: 's' }],
      },
    ],
  ])('is refused where %s', (_why, path, body) => {
    const { read, passed } = forwarded(STRIPS, path, body);
    expect(passed).toBeNull();
    expect(read).toMatchObject({ verdict: { kind: 'block', code: 'tool_not_allowed' } });
  });

  it('is refused by default', () => {
    const { read } = forwarded(policyOf('action: { tools: [{ name: get }] }'), CHAT_PATH, {
      ...CHAT,
      tools: [fn('get'), fn('drop')],
    });
    expect(read).toMatchObject({ verdict: { kind: 'block', code: 'tool_not_allowed' } });
  });

  it.each([
    ['the policy observes', policyOf('mode: observe\naction: { offers: strip, tools: [{ name: get }] }')],
    ['the section observes', policyWith('{ name: get }', ', mode: observe')],
    ['the entry observes', policyWith('{ name: get }, { name: drop, models: [other], mode: observe }')],
  ])('stays where %s', (_what, policy) => {
    const body = { ...CHAT, tools: [fn('get'), fn('drop')] };
    const { read, passed } = forwarded(policy, CHAT_PATH, body);
    expect(passed).toEqual(body);
    expect(read).toMatchObject({ verdict: { kind: 'allow', hits: [{ action: 'block', mode: 'observe' }] } });
  });

  it('that is stripped does not taint', () => {
    const policy = policyWith("{ name: get, when: '!exchange.tainted' }");
    const { read } = forwarded(policy, CHAT_PATH, { ...CHAT, tools: [fn('get')], web_search_options: {} });
    expect(read).toMatchObject({ verdict: { kind: 'redact' }, trust: { tainted: false } });
  });
});
