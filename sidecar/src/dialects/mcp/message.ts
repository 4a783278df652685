import type {
  McpNeed,
  McpId,
  McpMessage,
  McpOffer,
  McpUse,
  Segment,
  ToolCall,
} from '../../exchange/index.ts';
import { BodyReader, isObject, type JsonObject, type JsonValue, type Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import type { Voice } from './content.ts';
import { definitionHash } from './definition.ts';
import { UnknownMethod } from './faults.ts';
import { requireMeta } from './meta.ts';
import { FEATURE_OF, methodsOf, type McpReading, type Methods, type Sender } from './methods.ts';
import { readParams } from './params.ts';
import {
  checkResultType,
  describesServer,
  readError,
  readProgress,
  readResult,
  revisionsIn,
  type Listed,
} from './result.ts';
import { isModern } from './version.ts';

const MEMBERS: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);

/** One JSON-RPC message; `at` is its pointer in the body. @throws Malformed, UnknownMethod, InvalidParams */
export function readMessage(value: JsonValue, at: string, reading: McpReading): McpMessage {
  if (!isObject(value)) throw new Malformed(at === '' ? 'body' : at, 'must be a JSON-RPC message');
  const message = readOne(value, reading);
  return at === '' ? message : moved(message, at);
}

/** The ID of a value that may be a message: if readable, a refusal can answer it. */
export function idOf(value: JsonValue): McpId | null {
  if (!isObject(value)) return null;
  const { id } = value;
  return typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id)) ? id : null;
}

function readOne(value: JsonObject, { sender, origin, version }: McpReading): McpMessage {
  const reader = new BodyReader(value);
  const { root } = reader;
  const icons: string[] = [];
  const voice: Voice = { origin, channel: 'metadata', icons };
  const envelope = readEnvelope(root, methodsOf(version, sender));
  const { kind, method } = envelope;
  if (isModern(version)) checkModern(root, envelope, sender);
  let read: MessageParts = { uses: [], declared: [], call: null };
  let listed: readonly Listed[] = [];
  let asks: readonly McpNeed[] = [];
  let revisions: readonly string[] = [];
  if (method !== null) {
    read = readParams(method, root, voice);
    asks = sender === 'server' ? asksOf(root, envelope, voice) : [];
  } else if (kind === 'result') {
    const result = root.requiredObject('result');
    listed = readResult(result, voice);
    revisions = revisionsIn(result);
    if (sender === 'server') asks = readProgress(result, voice);
  } else {
    const needs = readError(root, voice);
    if (sender === 'server') asks = needs;
  }
  reader.sweep(origin);
  const { own, offers } = apart(reader.segments, listed);
  return {
    ...envelope,
    ...read,
    pointer: '',
    segments: own,
    offers,
    describesServer: kind === 'result' && describesServer(root.requiredObject('result')),
    revisions,
    toolList: kind === 'result' ? toolListOf(root.requiredObject('result')) : null,
    ...(method === 'tools/list' ? { listCursor: cursorIn(root) } : {}),
    asks,
    media: reader.media,
    icons,
  };
}

function toolListOf(result: Place): McpMessage['toolList'] {
  if (!result.has('tools')) return null;
  return { next: cursorOf(result.get('nextCursor')) };
}

/** Servers may take one that is no string. */
function cursorOf(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function cursorIn(root: Place): string | null {
  const params = root.get('params');
  return isObject(params) ? cursorOf(params['cursor']) : null;
}

interface MessageParts {
  readonly uses: readonly McpUse[];
  readonly declared: readonly McpNeed[];
  readonly call: ToolCall | null;
}

type Envelope = Pick<McpMessage, 'kind' | 'id' | 'method'>;

/** JSON-RPC 2.0 §4 and §5, as restricted by MCP: IDs are strings or integers, and null only in an error without a request. */
function readEnvelope(root: Place, known: Methods): Envelope {
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
    return readMethod(root, method, id, known);
  }
  const [answer] = answers;
  if (answer === undefined || answers.length > 1)
    throw new Malformed('body', 'exactly one of method, result and error is required');
  if (Object.hasOwn(root.value, 'params')) throw root.malformed('params', 'a response has no parameters');
  if (answer === 'result' && id === null)
    throw root.malformed('id', 'a result must have the id of its request');
  return { kind: answer === 'result' ? 'result' : 'error', id, method: null };
}

function readMethod(root: Place, method: string, id: McpId | null, known: Methods): Envelope {
  const kind = Object.hasOwn(root.value, 'id') ? 'request' : 'notification';
  if (kind === 'request' && id === null) throw root.malformed('id', 'must be a text or a whole number');
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

/** Clients send no responses, and servers no requests: both are parts of requests and results. @throws Malformed, InvalidParams */
function checkModern(root: Place, { kind }: Envelope, sender: Sender): void {
  if (sender === 'client') {
    if (kind === 'request') requireMeta(root);
    else if (kind !== 'notification')
      throw new Malformed('body', 'clients of this revision send no responses');
  } else if (kind === 'result') checkResultType(root.requiredObject('result'));
}

/** What a request or notification of a server asks of the client. */
function asksOf(root: Place, { kind, method }: Envelope, voice: Voice): readonly McpNeed[] {
  if (method === 'notifications/tasks') return readProgress(root.requiredObject('params'), voice);
  const feature = kind === 'request' && method !== null ? FEATURE_OF[method] : undefined;
  return feature === undefined ? [] : [{ feature, pointer: '' }];
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
    ...(kind === 'tool' && 'inputSchema' in element.value ? { schema: element.value['inputSchema'] } : {}),
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
    asks: message.asks.map(move),
    media: message.media.map(move),
    icons: message.icons.map((pointer) => at + pointer),
  };
}
