import { APIS, type Api } from './calling-apis.ts';

/** An exchange that is refused for a tool. */
interface ToolRow {
  readonly name: string;
  readonly policy: string;
  readonly outcome: 'block';
  readonly traffic: {
    readonly method: string;
    readonly path: string;
    readonly request: unknown;
    readonly response: unknown;
    readonly contentType?: string;
  };
}

function post(path: string, request: unknown, response: unknown): ToolRow['traffic'] {
  return { method: 'POST', path, request, response };
}

function answer(api: Api, streams: boolean): unknown {
  const calls = [{ name: 'pay', args: {} }];
  return streams ? api.streamed(calls) : api.whole(calls);
}

/** Forces `send`, which no entry lists, beside an offer of `look`, which one does. */
const FORCED: Readonly<Record<string, object>> = {
  'chat completions': { tool_choice: { type: 'function', function: { name: 'send' } } },
  'chat completions, in the older form': { function_call: { name: 'send' } },
  messages: { tool_choice: { type: 'tool', name: 'send' } },
  responses: { tool_choice: { type: 'function', name: 'send' } },
  'responses, among others': {
    tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'send' }] },
  },
  gemini: {
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['look', 'send'] } },
  },
};

const forcedRows: readonly ToolRow[] = Object.entries(FORCED).flatMap(([name, choice]) =>
  ['refuse', 'strip'].map((offers): ToolRow => {
    const api = APIS.find((each) => name.startsWith(each.name));
    if (api === undefined) throw new Error(name);
    const request = { ...api.request(false), ...choice };
    return {
      name: `a forced choice of a tool that is not listed, offers: ${offers}, ${name}`,
      policy: `action: { offers: ${offers}, tools: [{ name: look }, { name: pay }] }`,
      outcome: 'block',
      traffic: post(api.path, request, api.whole([])),
    };
  }),
);

const pinnedRows: readonly ToolRow[] = APIS.map((api) => ({
  name: `a definition that is not the pinned one, ${api.name}`,
  policy: `action: { tools: [{ name: look, pins: sha256-${'0'.repeat(64)} }, { name: pay }] }`,
  outcome: 'block',
  traffic: post(api.path, api.request(false), api.whole([])),
}));

const deniedRows: readonly ToolRow[] = APIS.flatMap((api) =>
  ['finish', 'error'].flatMap((onDeny) =>
    [false, true].map((streams): ToolRow => ({
      name: `a call that is refused under onDeny: ${onDeny}, ${api.name}${streams ? ', streamed' : ''}`,
      policy: `action: { onDeny: ${onDeny}, tools: [{ name: look }, { name: pay, when: 'false' }] }`,
      outcome: 'block',
      traffic: {
        ...post(streams ? api.streamPath : api.path, api.request(streams), answer(api, streams)),
        contentType: streams ? api.streamType : 'application/json',
      },
    })),
  ),
);

export const TOOL_ROWS: readonly ToolRow[] = [...forcedRows, ...pinnedRows, ...deniedRows];
