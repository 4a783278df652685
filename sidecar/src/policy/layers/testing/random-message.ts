import fc from 'fast-check';

import type { McpKind, McpMessage } from '../../../exchange/index.ts';
import { HASHES, MCP_TOOLS } from '../testdata/random-policy.ts';
import { mediaKinds, phrase } from './random-exchange.ts';

export const EMPTY: McpMessage = {
  pointer: '',
  kind: 'request',
  id: 1,
  method: null,
  segments: [],
  uses: [],
  call: null,
  offers: [],
  describesServer: false,
  declared: [],
  revisions: [],
  asks: [],
  toolList: null,
  media: [],
  icons: [],
};

const used = fc.constantFrom<readonly [McpKind, string]>(
  ['resource', 'file:x'],
  ['resource', 'y'],
  ['prompt', 'p'],
  ['prompt', 'q'],
);
const mcpMessage: fc.Arbitrary<McpMessage> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...MCP_TOOLS), fc.constantFrom('{}', '{"to":"a"}', '{"to":"b"}'))
    .map(([name, args]) => ({
      ...EMPTY,
      method: 'tools/call',
      uses: [{ kind: 'tool' as const, name, pointer: '/params/name' }],
      call: { pointer: '/params/arguments', name, arguments: args },
    })),
  used.map(([kind, name]) => ({ ...EMPTY, uses: [{ kind, name, pointer: '/params/name' }] })),
  fc
    .array(fc.tuple(fc.constantFrom(...MCP_TOOLS), fc.constantFrom(...HASHES), phrase), {
      minLength: 1,
      maxLength: 3,
    })
    .map((tools) => ({
      ...EMPTY,
      kind: 'result' as const,
      describesServer: true,
      offers: tools.map(([name, sha256, text], index) => ({
        kind: 'tool' as const,
        name,
        sha256,
        pointer: `/result/tools/${index}`,
        segments: [
          {
            pointer: `/result/tools/${index}/description`,
            origin: 'tool' as const,
            channel: 'tool_definition' as const,
            text,
          },
        ],
      })),
    })),
  fc.tuple(phrase, mediaKinds).map(([text, media]) => ({
    ...EMPTY,
    kind: 'result' as const,
    segments: [
      { pointer: '/result/content/0/text', origin: 'tool' as const, channel: 'tool_result' as const, text },
    ],
    media: media.map((kind, index) => ({ pointer: `/result/content/${index + 1}/data`, kind })),
  })),
);
export const mcpMessages = fc.array(mcpMessage, { minLength: 1, maxLength: 4 });
