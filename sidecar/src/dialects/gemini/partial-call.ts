import type { Origin } from '../../exchange/index.ts';
import { isArray, isObject, type JsonValue, type Place } from '../json/index.ts';
import { field } from './fields.ts';

/** A member or an element in the path of an argument. */
type Step = string | number;

/** `$.a.b[0]`, `$['a']`. */
const STEP = /\.([A-Za-z_][\w-]*)|\[(\d{1,4})\]|\[(?:'([^'\\]*)'|"([^"\\]*)")\]/y;
const MAX_STEPS = 64;
/** Limit of the paths and strings of one call. UTF-16 code units. */
const MAX_CHARS = 1_048_576;

/** A string among the arguments, or a piece of one. */
export interface PartialText {
  /** The path as the server writes it. */
  readonly path: string;
  readonly pointer: string;
  readonly text: string;
  /** The member with the piece. */
  readonly place: Place;
  readonly member: string;
}

/** True if the arguments arrive in pieces, or may continue. */
export function isPartial(call: Place): boolean {
  const pieces = call.get(field(call, 'partialArgs'));
  return (isArray(pieces) && pieces.length > 0) || call.boolean(field(call, 'willContinue')) === true;
}

/**
 * A function call whose arguments come in `partialArgs`, each a value, or a piece of a string, at a JSON path (RFC 9535).
 * https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/Content#PartialArg
 */
export class PartialCall {
  readonly key: string;
  readonly name: string;
  readonly #arguments: Record<string, JsonValue> = {};
  /** Paths with a value; true while more of the same string may follow. */
  readonly #said = new Map<string, boolean>();

  #chars = 0;

  constructor(key: string, name: string) {
    this.key = key;
    this.name = name;
  }

  /** Adds the pieces of one `functionCall`. @throws Malformed on an invalid path, and on a repeated value */
  take(call: Place, origin: Origin): readonly PartialText[] {
    return call.objects(field(call, 'partialArgs')).flatMap((piece) => this.#piece(piece, origin));
  }

  /** The arguments so far, as JSON text. */
  get arguments(): string {
    return JSON.stringify(this.#arguments);
  }

  #piece(piece: Place, origin: Origin): readonly PartialText[] {
    const key = field(piece, 'jsonPath');
    const path = piece.requiredText(key, origin, 'tool_arguments');
    const steps = stepsOf(path);
    if (steps === null) throw piece.malformed(key, 'a path of names and indexes is required');
    const member = field(piece, 'stringValue');
    const text = piece.piece(member);
    this.#chars += path.length + (text?.length ?? 0);
    if (this.#chars > MAX_CHARS) throw piece.malformed(key, 'more arguments than a call in parts may have');
    const before = this.#said.get(path);
    if (before === false || (before === true && text === null))
      throw piece.malformed(key, 'an argument is given twice');
    this.#said.set(path, text !== null && piece.boolean(field(piece, 'willContinue')) === true);
    if (!put(this.#arguments, steps, text ?? valueOf(piece)))
      throw piece.malformed(key, 'points through an argument that is not an object or array');
    return text === null || text === ''
      ? []
      : [{ path, pointer: piece.at(member), text, place: piece, member }];
  }
}

/** A value other than a string. A piece without a value is null. */
function valueOf(piece: Place): JsonValue {
  return piece.get(field(piece, 'numberValue')) ?? piece.boolean(field(piece, 'boolValue'));
}

function stepsOf(path: string): readonly Step[] | null {
  if (!path.startsWith('$')) return null;
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length && steps.length < MAX_STEPS) {
    const match = STEP.exec(path);
    if (match === null) return null;
    const [, name, index, quoted, doubled] = match;
    steps.push(index === undefined ? (name ?? quoted ?? doubled ?? '') : Number(index));
  }
  return steps.length === 0 || STEP.lastIndex < path.length || typeof steps[0] === 'number' ? null : steps;
}

/** Sets the value; a string is appended to an existing one. False if another value is in the way. */
function put(root: Record<string, JsonValue>, steps: readonly Step[], value: JsonValue): boolean {
  let at: JsonValue = root;
  for (const [depth, step] of steps.entries()) {
    const next = steps[depth + 1];
    const before = childOf(at, step);
    if (before === undefined) return false;
    const child =
      next === undefined ? joined(before, value) : (before ?? (typeof next === 'number' ? [] : {}));
    setMember(at, step, child);
    at = child;
  }
  return true;
}

function joined(before: JsonValue, value: JsonValue): JsonValue {
  return typeof before === 'string' && typeof value === 'string' ? before + value : value;
}

/** Null if there is none yet, undefined if there cannot be one. */
function childOf(parent: JsonValue, step: Step): JsonValue | undefined {
  if (typeof step === 'number')
    return isArray(parent) && step <= parent.length ? (parent[step] ?? null) : undefined;
  return isObject(parent) ? (Object.hasOwn(parent, step) ? (parent[step] ?? null) : null) : undefined;
}

function setMember(parent: JsonValue, step: Step, value: JsonValue): void {
  if (typeof parent !== 'object' || parent === null) return;
  Object.defineProperty(parent, step, { value, enumerable: true, writable: true, configurable: true });
}
