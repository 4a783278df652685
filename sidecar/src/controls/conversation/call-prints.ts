import { folded } from '../action/standing.ts';
import { valuesIn, valuesOfText } from '../action/argument-values.ts';
import type { Exchange, ToolCall } from '../../exchange/index.ts';
import type { ConversationMemory } from './conversation-memory.ts';
import type { PrintKey } from './passages.ts';
import { TAINTED, type Print } from './print-memory.ts';

/** Suffixes of one name. */
const MAX_NAMES = 8;
/** Agents run a call once they have it, or after a person has approved it. */
const RUN_MINUTES = 60;

/** How the model made this call, an hour ago at most; `unknown`: not through this sidecar, or earlier, or another one. */
export function howCalled(
  memory: ConversationMemory,
  exchange: Pick<Exchange, 'direction' | 'caller'>,
  { name, arguments: args }: ToolCall,
  at: { readonly server: string | null; readonly nowMs: number },
): 'tainted' | 'untainted' | 'unknown' {
  const key = memory.keyOf(exchange);
  const isKnown = (print: Print): boolean => (memory.find(print, at.nowMs, RUN_MINUTES) & TAINTED) !== 0;
  if (isKnown(printOf(`${name} ${looseText(args)}`, key))) return 'tainted';
  const exact = exactText(args);
  const isVouched = ['', at.server ?? ''].some((server) =>
    isKnown(printOf(`${server} ${name} ${exact}`, otherKey(key))),
  );
  return isVouched ? 'untainted' : 'unknown';
}

/**
 * Prints of a call that the model made in a tainted conversation, by which it is known again at the server of the tool: of its values in any order,
 * whatever they are named, and each name that the tool may have there, since frameworks put the name of the server before it.
 */
export function callPrints(names: readonly string[], args: string, key: PrintKey): readonly Print[] {
  const text = looseText(args);
  return names.flatMap(suffixesOf).map((name) => printOf(`${name} ${text}`, key));
}

/**
 * Prints of a call that the model made in an untainted conversation: of all that it says, since it vouches for this call alone. `servers`: where the
 * calls of the workload may go; a name that begins with a word of one of them alone is a tool of that one.
 */
export function cleanPrints(
  names: readonly string[],
  args: string,
  key: PrintKey,
  servers: readonly string[],
): readonly Print[] {
  const text = exactText(args);
  return names.flatMap((name) => {
    const server = serverOf(name, servers);
    return suffixesOf(name).map((each) => printOf(`${server} ${each} ${text}`, otherKey(key)));
  });
}

/** The print of a short text. */
export function printOf(text: string, { high, low }: PrintKey): Print {
  return { high: hashOf(text, high), low: hashOf(text, low) };
}

function otherKey(key: PrintKey): PrintKey {
  return { ...key, high: ~key.high >>> 0, low: ~key.low >>> 0 };
}

/** The server whose host has a word of the name before the tool's own; empty where that is none or several. */
function serverOf(name: string, servers: readonly string[]): string {
  const words = new Set(
    name
      .toLowerCase()
      .split(/[_./:-]+/)
      .slice(0, -1),
  );
  const named = servers.filter((server) => server.split(/[.:-]/).some((label) => words.has(label)));
  return named.length === 1 ? (named[0] ?? '') : '';
}

function looseText(args: string): string {
  return JSON.stringify(valuesOfText(args).map(folded).sort());
}

/** Equal for equal JSON. Other text, and numbers that no double holds exactly, as written. */
function exactText(args: string): string {
  if (args.trim() === '') return '{}';
  try {
    const value: unknown = JSON.parse(args);
    return valuesIn(value) === null ? args : JSON.stringify(value, sortedMembers);
  } catch {
    return args;
  }
}

function sortedMembers(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function suffixesOf(name: string): readonly string[] {
  const parts = name.split(/(?<=[_./:-])/);
  return parts.slice(0, MAX_NAMES).map((_part, index) => parts.slice(index).join(''));
}

function hashOf(text: string, key: number): number {
  let hash = key;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x2c1b3c6d);
    hash ^= hash >>> 15;
  }
  return Math.imul(hash ^ (hash >>> 13), 0x297a2d39) >>> 0;
}
