import { leavesOf, Malformed, mcpErrorAsks, parseAnyJson } from '../../dialects/index.ts';
import type { McpMessage, Origin, Segment } from '../../exchange/index.ts';

/** Parses the body of an HTTP error: a JSON-RPC error, another JSON text, or plain text. @throws Malformed */
export function errorText(raw: Buffer, type: string, origin: Origin): ErrorText {
  const json = type === 'application/json';
  const said = json ? '' : utf8(raw);
  // Plain text is judged and edited as one JSON string.
  const { text, value } = json ? parseAnyJson(raw) : { text: JSON.stringify(said), value: said };
  const segments = leavesOf(value, '').map((leaf): Segment => ({ ...leaf, origin, channel: 'content' }));
  return {
    text,
    message: { ...EMPTY, segments, asks: mcpErrorAsks(value, '/error') },
    bytes: (edited) => Buffer.from(json ? edited : (JSON.parse(edited) as string)),
  };
}

interface ErrorText {
  /** JSON, to be edited. */
  readonly text: string;
  readonly message: McpMessage;
  /** The body for an edited `text`. */
  readonly bytes: (edited: string) => Buffer;
}

const EMPTY: Omit<McpMessage, 'segments' | 'asks'> = {
  pointer: '',
  kind: 'error',
  id: null,
  method: null,
  uses: [],
  call: null,
  offers: [],
  describesServer: false,
  declared: [],
  revisions: [],
  toolList: null,
  media: [],
  icons: [],
};

/** @throws Malformed */
function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Malformed('body', 'not valid UTF-8');
  }
}
