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
  for (const header of paramsOf(headers)) {
    const value = decoded(header, headers.header(header) ?? '');
    if (!argumentsIn(message).some((argument) => equals(argument.value, value)))
      throw mismatch(header, 'must be the value of an argument');
  }
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
  const current = new Map(argumentsIn(now).map(({ path, value }) => [path, value]));
  for (const header of paramsOf(headers)) {
    const value = decoded(header, headers.header(header) ?? '');
    const same = argumentsIn(old).filter((argument) => equals(argument.value, value));
    const values = new Set(same.map(({ path }) => current.get(path)));
    const [only] = values;
    if (values.size !== 1 || only === undefined)
      throw mismatch(header, 'repeats arguments that were redacted');
    if (!equals(only, value)) changed.set(header, encoded(String(only)));
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

function paramsOf({ names }: McpHeaders): readonly string[] {
  return names.filter((name) => name.startsWith(PARAM));
}

function nameIn(message: JsonObject): string | null {
  const field = NAME_OF.get(textOf(message['method']) ?? '');
  const params = message['params'] ?? null;
  return field === undefined || !isObject(params) ? null : textOf(params[field]);
}

interface Argument {
  readonly path: string;
  readonly value: string | number | boolean;
}

/** The values that a header may repeat: texts, numbers and booleans in the arguments of a call, at any depth. */
function argumentsIn(message: JsonObject): readonly Argument[] {
  const params = message['params'] ?? null;
  if (message['method'] !== 'tools/call' || !isObject(params)) return [];
  const found: Argument[] = [];
  const walk = (value: JsonValue, path: string): void => {
    if (isArray(value)) for (const [index, item] of value.entries()) walk(item, `${path}/${index}`);
    else if (isObject(value))
      for (const [key, item] of Object.entries(value)) walk(item, `${path}/${JSON.stringify(key)}`);
    else if (value !== null) found.push({ path, value });
  };
  walk(params['arguments'] ?? null, '');
  return found;
}

/** Numbers are compared as numbers: 42.0 is 42. */
function equals(value: Argument['value'], text: string | null): boolean {
  if (typeof value === 'number')
    return text !== null && /^-?\d+(\.\d+)?$/.test(text) && Number(text) === value;
  return String(value) === text;
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
