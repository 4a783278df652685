import type {
  McpDeclared,
  McpId,
  McpMessage,
  McpOffer,
  McpUse,
  Origin,
  Segment,
  ToolCall,
} from '../../exchange/index.ts';
import { BodyReader, isObject, type JsonObject, type JsonValue, type Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import type { Voice } from './content.ts';
import { definitionHash } from './definition.ts';
import { FEATURE_OF, METHODS, type Sender } from './methods.ts';
import { readParams } from './params.ts';
import { describesServer, readResult, type Listed } from './result.ts';

const MEMBERS: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);

/** `id` as in `idOf`, for a message of an unknown method: the error response needs it. */
export class UnknownMethod extends Malformed {
  readonly id: McpId | null;

  constructor(pointer: string, id: McpId | null) {
    super(pointer, 'unknown method');
    this.id = id;
  }
}

/** One JSON-RPC message; `at` is its pointer in the body. `origin`: the origin of its text. @throws Malformed, UnknownMethod */
export function readMessage(value: JsonValue, at: string, sender: Sender, origin: Origin): McpMessage {
  if (!isObject(value)) throw new Malformed(at === '' ? 'body' : at, 'must be a JSON-RPC message');
  const message = readOne(value, sender, origin);
  return at === '' ? message : moved(message, at);
}

/** The ID of a value that may be a message: if readable, a refusal can answer it. */
export function idOf(value: JsonValue): McpId | null {
  if (!isObject(value)) return null;
  const { id } = value;
  return typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id)) ? id : null;
}

function readOne(value: JsonObject, sender: Sender, origin: Origin): McpMessage {
  const reader = new BodyReader(value);
  const { root } = reader;
  const icons: string[] = [];
  const voice: Voice = { origin, channel: 'metadata', icons };
  const envelope = readEnvelope(root, sender);
  let read: MessageParts = { uses: [], declared: [], call: null };
  let listed: readonly Listed[] = [];
  if (envelope.method !== null) read = readParams(envelope.method, root, voice);
  else if (envelope.kind === 'result') listed = readResult(root.requiredObject('result'), voice);
  else root.requiredObject('error').text('message', origin, 'content');
  reader.sweep(origin);
  const { own, offers } = apart(reader.segments, listed);
  return {
    ...envelope,
    ...read,
    pointer: '',
    segments: own,
    offers,
    describesServer: envelope.kind === 'result' && describesServer(root.requiredObject('result')),
    asksFor: envelope.kind === 'request' && sender === 'server' ? featureOf(envelope.method) : null,
    media: reader.media,
    icons,
  };
}

interface MessageParts {
  readonly uses: readonly McpUse[];
  readonly declared: readonly McpDeclared[];
  readonly call: ToolCall | null;
}

type Envelope = Pick<McpMessage, 'kind' | 'id' | 'method'>;

/** JSON-RPC 2.0 §4 and §5, as restricted by MCP: IDs are strings or integers, and null only in an error without a request. */
function readEnvelope(root: Place, sender: Sender): Envelope {
  for (const key of Object.keys(root.value)) {
    if (!MEMBERS.has(key)) throw root.malformed(key, 'not a member of a JSON-RPC message');
  }
  if (root.get('jsonrpc') !== '2.0') throw root.malformed('jsonrpc', 'must be "2.0"');
  root.skip('jsonrpc');
  const id = readId(root);
  const method = root.label('method');
  const answers = ['result', 'error'].filter((key) => Object.hasOwn(root.value, key));
  if (method !== null) {
    if (answers.length > 0) throw root.malformed(answers[0] ?? '', 'a request has no result and no error');
    return readMethod(root, method, id, sender);
  }
  const [answer] = answers;
  if (answer === undefined || answers.length > 1)
    throw new Malformed('body', 'exactly one of method, result and error is required');
  if (Object.hasOwn(root.value, 'params')) throw root.malformed('params', 'a response has no parameters');
  if (answer === 'result' && id === null)
    throw root.malformed('id', 'a result must have the id of its request');
  return { kind: answer === 'result' ? 'result' : 'error', id, method: null };
}

function readMethod(root: Place, method: string, id: McpId | null, sender: Sender): Envelope {
  const kind = Object.hasOwn(root.value, 'id') ? 'request' : 'notification';
  if (kind === 'request' && id === null) throw root.malformed('id', 'must be a text or a whole number');
  const known = METHODS[sender];
  if (!(kind === 'request' ? known.requests : known.notifications).has(method)) {
    throw new UnknownMethod(root.at('method'), id);
  }
  return { kind, id, method };
}

function readId(root: Place): McpId | null {
  const id = root.get('id');
  if (id === null) return null;
  if (typeof id === 'number' && Number.isSafeInteger(id)) return id;
  if (typeof id === 'string' && id.length <= 256) {
    root.label('id');
    return id;
  }
  throw root.malformed('id', 'must be a text of at most 256 characters or a whole number');
}

function featureOf(method: string | null): McpMessage['asksFor'] {
  return method === null ? null : (FEATURE_OF[method] ?? null);
}

/** Text of the message itself, and of each element of its lists: elements can be removed separately. */
function apart(
  segments: readonly Segment[],
  listed: readonly Listed[],
): { readonly own: readonly Segment[]; readonly offers: readonly McpOffer[] } {
  if (listed.length === 0) return { own: segments, offers: [] };
  const own: Segment[] = [];
  const byElement = new Map<string, Segment[]>(listed.map(({ element }) => [element.pointer, []]));
  // An element is at /result/LIST/INDEX.
  for (const segment of segments) {
    const element = segment.pointer.split('/', 4).join('/');
    (byElement.get(element) ?? own).push(segment);
  }
  const offers = listed.map(({ kind, name, element }) => ({
    kind,
    name,
    pointer: element.pointer,
    segments: byElement.get(element.pointer) ?? [],
    sha256: kind === 'tool' ? definitionHash(element.value) : null,
  }));
  return { own, offers };
}

/** The message as an element of a batch. */
function moved(message: McpMessage, at: string): McpMessage {
  const move = <T extends { readonly pointer: string }>(part: T): T => ({
    ...part,
    pointer: at + part.pointer,
  });
  const moveSegment = (segment: Segment): Segment =>
    segment.run === undefined ? move(segment) : { ...move(segment), run: at + segment.run };
  return {
    ...message,
    pointer: at,
    segments: message.segments.map(moveSegment),
    uses: message.uses.map(move),
    call: message.call === null ? null : move(message.call),
    offers: message.offers.map((offer) => ({ ...move(offer), segments: offer.segments.map(moveSegment) })),
    declared: message.declared.map(move),
    media: message.media.map(move),
    icons: message.icons.map((pointer) => at + pointer),
  };
}
