import type { McpNeed } from '../../exchange/index.ts';
import { isArray, isObject, type JsonValue, type Place } from '../json/index.ts';
import { readIcons, type Voice } from './content.ts';
import { InvalidParams } from './faults.ts';
import { FEATURES } from './methods.ts';

/** Members of `_meta` that the protocol reserves (2026-07-28, "General fields"). */
const VERSION = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const CLIENT = 'io.modelcontextprotocol/clientInfo';
const SERVER = 'io.modelcontextprotocol/serverInfo';
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';

/** What a server says about itself in each result. */
const ABOUT_SERVER: ReadonlySet<string> = new Set([SERVER, SUBSCRIPTION]);

/** The revision that a message names in its `_meta`; null if it names none. */
export function claimedVersion(message: JsonValue): string | null {
  const params = memberOf(message, 'params');
  const version = memberOf(memberOf(params, '_meta'), VERSION);
  return typeof version === 'string' ? version : null;
}

/** Client features that the request declares, in revisions that have no handshake for them. */
export function readRequestMeta(params: Place | null, voice: Voice, declared: McpNeed[]): void {
  const meta = params?.object('_meta') ?? null;
  if (meta === null) return;
  const client = meta.object(CLIENT);
  if (client !== null) readIcons(client, voice);
  const capabilities = meta.object(CAPABILITIES);
  if (capabilities === null) return;
  for (const feature of FEATURES) {
    if (capabilities.has(feature)) declared.push({ feature, pointer: capabilities.at(feature) });
  }
}

/** @throws InvalidParams if a request lacks a member that every request must have (2026-07-28, "Per-request protocol fields") */
export function requireMeta(message: Place): void {
  const meta = message.object('params')?.object('_meta') ?? null;
  if (typeof meta?.get(VERSION) !== 'string')
    throw new InvalidParams('/params/_meta', `${VERSION} is required`);
  if (!isObject(meta.get(CAPABILITIES)))
    throw new InvalidParams('/params/_meta', `${CAPABILITIES} is required`);
}

/** True for a `_meta` in which the server names itself or a subscription, and says nothing else. */
export function describesServerOnly(meta: JsonValue): boolean {
  return isObject(meta) && Object.keys(meta).every((key) => ABOUT_SERVER.has(key));
}

export function readResultMeta(result: Place, voice: Voice): void {
  const server = result.object('_meta')?.object(SERVER) ?? null;
  if (server !== null) readIcons(server, voice);
}

function memberOf(value: JsonValue, key: string): JsonValue {
  return isObject(value) && !isArray(value) && Object.hasOwn(value, key) ? (value[key] ?? null) : null;
}
