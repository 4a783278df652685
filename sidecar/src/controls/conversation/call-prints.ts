import { folded } from '../action/standing.ts';
import { valuesOfText } from '../action/argument-values.ts';
import type { Exchange, ToolCall } from '../../exchange/index.ts';
import type { ConversationMemory } from './conversation-memory.ts';
import type { PrintKey } from './passages.ts';
import { TAINTED, type Print } from './print-memory.ts';

/** Suffixes of one name. */
const MAX_NAMES = 8;
/** Agents run a call as soon as they have it. */
const RUN_MINUTES = 5;

/** How the model made this call, some minutes ago at most; `unknown`: not through this sidecar, or later, or with other values. */
export function howCalled(
  memory: ConversationMemory,
  exchange: Pick<Exchange, 'direction' | 'caller'>,
  { name, arguments: args }: ToolCall,
  nowMs: number,
): 'tainted' | 'untainted' | 'unknown' {
  const key = memory.keyOf(exchange);
  const isKnown = (prints: readonly Print[]): boolean =>
    prints.slice(0, 1).some((print) => (memory.find(print, nowMs, RUN_MINUTES) & TAINTED) !== 0);
  if (isKnown(callPrints([name], args, key))) return 'tainted';
  return isKnown(cleanPrints([name], args, key)) ? 'untainted' : 'unknown';
}

/**
 * Prints of a call by which the same call is known again at the server of the tool: of its values in any order, and each name that the tool may
 * have there, since frameworks put the name of the server before it. Empty for a call without values.
 */
export function callPrints(names: readonly string[], args: string, key: PrintKey): readonly Print[] {
  const values = valuesOfText(args).map(folded).sort();
  if (values.length === 0) return [];
  const text = JSON.stringify(values);
  return names.flatMap(suffixesOf).map((name) => printOf(`${name} ${text}`, key));
}

/** The print of a short text. */
export function printOf(text: string, { high, low }: PrintKey): Print {
  return { high: hashOf(text, high), low: hashOf(text, low) };
}

/** As `callPrints`, of a call that the model made in an untainted conversation. */
export function cleanPrints(names: readonly string[], args: string, key: PrintKey): readonly Print[] {
  return callPrints(names, args, { ...key, high: ~key.high >>> 0, low: ~key.low >>> 0 });
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
