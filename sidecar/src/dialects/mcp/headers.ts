import { isArray, isObject, type JsonObject, type JsonValue } from '../json/index.ts';
import { HeaderMismatch } from './faults.ts';
import { claimedVersion } from './meta.ts';
import { isModern, mcpVersion, type McpVersion } from './version.ts';

/** The headers of a request; names are in lower case. */
export interface McpHeaders {
  readonly names: readonly string[];
  readonly header: (name: string) => string | undefined;
}

/** The member of `params` that `Mcp-Name` repeats (2026-07-28, "Standard Request Headers"; SEP-2663 for tasks). */
const NAME_OF: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

const PARAM = 'mcp-param-';
/** Headers of one request that repeat arguments; more are refused. */
const MAX_PARAMS = 64;

/** What is behind the sidecar may go by the header or by `_meta`, in every revision. @throws HeaderMismatch */
export function checkVersion(body: JsonValue, { header }: McpHeaders): void {
  const stated = header('mcp-protocol-version');
  for (const message of isArray(body) ? body : [body]) {
    const claimed = claimedVersion(message);
    if (claimed !== null && claimed !== stated)
      throw mismatch('MCP-Protocol-Version', '_meta names another revision');
  }
}

/** As `checkVersion`, for the other headers that repeat the body. Revisions that define them also require them. @throws HeaderMismatch */
export function checkHeaders(body: JsonValue, headers: McpHeaders, version: McpVersion): void {
  const message = isObject(body) ? body : {};
  const method = textOf(message['method']);
  const isRequest = method !== null && Object.hasOwn(message, 'id');
  const required = isModern(version) && isRequest;
  const named = headers.header('mcp-method')?.trim();
  if (named === undefined ? required : named !== method)
    throw mismatch('Mcp-Method', 'must be the method of the message');
  const written = headers.header('mcp-name');
  const name = nameIn(message);
  if (written === undefined ? required && name !== null : decoded('Mcp-Name', written) !== name)
    throw mismatch('Mcp-Name', 'must be the name or URI in the parameters');
  const repeated = paramsOf(headers);
  const found = repeatedValues(message, message, repeated);
  for (const [header, value] of repeated)
    if (!found.has(value)) throw mismatch(header, 'must be the value of an argument');
}

/**
 * The headers of a request whose body was changed from `before` to `after`, so that they repeat it again; only those that change.
 * @throws HeaderMismatch if a header repeats arguments that differ now
 */
export function repeatedHeaders(
  before: JsonValue,
  after: JsonValue,
  headers: McpHeaders,
): ReadonlyMap<string, string> {
  const changed = new Map<string, string>();
  const [old, now] = [before, after].map((body) => (isObject(body) ? body : {})) as [JsonObject, JsonObject];
  const name = nameIn(now);
  if (headers.header('mcp-name') !== undefined && name !== null && name !== nameIn(old))
    changed.set('mcp-name', encoded(name));
  const repeated = paramsOf(headers);
  const found = repeatedValues(old, now, repeated);
  for (const [header, value] of repeated) {
    const values = found.get(value) ?? new Set();
    const [only] = values;
    if (values.size !== 1 || only === undefined)
      throw mismatch(header, 'repeats arguments that were redacted');
    if (!textsByValue([value]).has(only)) changed.set(header, encoded(String(only)));
  }
  return changed;
}

/** The headers that a conforming client sends with a body of this revision; `version` overrides the one that the body names. */
export function conformingHeaders(body: JsonValue, version: string | null): Readonly<Record<string, string>> {
  const named = version ?? claimedVersion(body);
  const stated: Record<string, string> = named === null ? {} : { 'mcp-protocol-version': named };
  const known = mcpVersion(named ?? undefined);
  if (known === null || !isModern(known) || !isObject(body)) return stated;
  const method = textOf(body['method']);
  const name = nameIn(body);
  return {
    ...stated,
    ...(method === null ? {} : { 'mcp-method': method }),
    ...(name === null ? {} : { 'mcp-name': encoded(name) }),
  };
}

/** The headers that repeat arguments, with their values. @throws HeaderMismatch */
function paramsOf({ names, header }: McpHeaders): ReadonlyMap<string, string> {
  const params = new Set(names.filter((name) => name.startsWith(PARAM)));
  if (params.size > MAX_PARAMS) throw mismatch('Mcp-Param-*', `more than ${MAX_PARAMS} headers`);
  return new Map([...params].map((name) => [name, decoded(name, header(name) ?? '')]));
}

function nameIn(message: JsonObject): string | null {
  const field = NAME_OF.get(textOf(message['method']) ?? '');
  const params = message['params'] ?? null;
  return field === undefined || !isObject(params) ? null : textOf(params[field]);
}

type Scalar = string | number | boolean;

/**
 * What the arguments of a call that the headers repeat became in `now`, by the text of the header; undefined stands for an argument that is not
 * there any more. Headers may repeat texts, numbers and booleans at any depth. Arguments are walked once, however many headers there are.
 */
function repeatedValues(
  old: JsonObject,
  now: JsonObject,
  headers: ReadonlyMap<string, string>,
): ReadonlyMap<string, ReadonlySet<Scalar | undefined>> {
  const found = new Map<string, Set<Scalar | undefined>>();
  if (headers.size === 0) return found;
  const repeated = textsByValue(headers.values());
  const walk = (was: JsonValue, is: JsonValue | undefined): void => {
    if (isArray(was)) {
      const items = isArray(is ?? null) ? (is as readonly JsonValue[]) : [];
      for (const [index, item] of was.entries()) walk(item, items[index]);
    } else if (isObject(was)) {
      const members = isObject(is ?? null) ? (is as JsonObject) : {};
      for (const [key, item] of Object.entries(was))
        walk(item, Object.hasOwn(members, key) ? members[key] : undefined);
    } else if (was !== null) {
      for (const text of repeated.get(was) ?? []) {
        const values = found.get(text) ?? new Set();
        found.set(text, values.add(typeof is === 'object' ? undefined : is));
      }
    }
  };
  walk(argumentsOf(old), argumentsOf(now));
  return found;
}

function argumentsOf(message: JsonObject): JsonValue {
  const params = message['params'] ?? null;
  return message['method'] === 'tools/call' && isObject(params) ? (params['arguments'] ?? null) : null;
}

/** The texts of headers that repeat a value. Numbers are compared as numbers: 42.0 is 42. */
function textsByValue(texts: Iterable<string>): ReadonlyMap<Scalar, ReadonlySet<string>> {
  const byValue = new Map<Scalar, Set<string>>();
  for (const text of texts) {
    const values: Scalar[] = [text];
    if (text === 'true' || text === 'false') values.push(text === 'true');
    if (/^-?\d+(\.\d+)?$/.test(text)) values.push(Number(text));
    for (const value of values) byValue.set(value, (byValue.get(value) ?? new Set()).add(text));
  }
  return byValue;
}

const ENCODED = /^=\?base64\?(.*)\?=$/;

/** A value as in the body ("Value Encoding"). @throws HeaderMismatch */
function decoded(header: string, written: string): string {
  const value = written.trim();
  const [, base64] = ENCODED.exec(value) ?? [];
  if (base64 === undefined) {
    if (!/^[\t\x20-\x7e]*$/.test(value)) throw mismatch(header, 'must be ASCII, or encoded');
    return value;
  }
  const bytes = Buffer.from(base64, 'base64');
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (bytes.toString('base64') !== base64 || !Buffer.from(text).equals(bytes))
    throw mismatch(header, 'must be the Base64 of a text in UTF-8');
  return text;
}

function encoded(value: string): string {
  const isPlain = /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/.test(value) && !ENCODED.test(value);
  return isPlain ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`;
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function mismatch(header: string, reason: string): HeaderMismatch {
  return new HeaderMismatch(header, reason);
}
