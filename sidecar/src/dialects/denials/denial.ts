import { isObject, type JsonObject, type JsonValue } from '../json/index.ts';

/** How a request goes on after calls that were denied, in the form in which clients return results. */
export interface Denial {
  /** The whole reply that the frames of a stream make, in order. Null if it cannot be put together. */
  gather(frames: readonly JsonObject[]): JsonObject | null;
  /**
   * What the request has more: the turn of the model, and a text in place of the result of each call that the client runs, in the order of the
   * calls. Null if the reply has other calls than these, or if this request cannot go on so.
   */
  turn(request: JsonObject, reply: JsonObject, results: readonly string[]): DeniedTurn | null;
  /** What leaves it to the model whether it calls a tool, where the request forces one: it would make the denied call again. Null: it forces none. */
  freed(request: JsonObject): FreedChoice | null;
}

/** A member of the request, and its other value. */
interface FreedChoice {
  readonly member: string;
  readonly value: JsonValue;
}

/** `tool_choice` of OpenAI's APIs and their kin: a word, the name of a tool (TGI), a tool, or a list of tools. */
export function freedWord(request: JsonObject, member: string): FreedChoice | null {
  const choice = request[member] ?? null;
  if (choice === null || choice === 'auto' || choice === 'none') return null;
  const { type, mode, allowed_tools: allowed } = objectIn(choice) ?? {};
  if (type === 'auto' || type === 'none') return null;
  if (type !== 'allowed_tools') return { member, value: 'auto' };
  const listed = objectIn(allowed);
  if ((listed?.['mode'] ?? mode) === 'auto') return null;
  const value = { ...objectIn(choice) };
  return listed === null
    ? { member, value: { ...value, mode: 'auto' } }
    : { member, value: { ...value, allowed_tools: { ...listed, mode: 'auto' } } };
}

/** Elements for the end of a list of the request. */
interface DeniedTurn {
  /** The member with the list. */
  readonly member: string;
  readonly items: readonly JsonValue[];
}

/** The objects in a list; none for anything else. */
export function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isObject) : [];
}

/** The object; null for anything else. */
export function objectIn(value: JsonValue | undefined): JsonObject | null {
  return value !== undefined && isObject(value) ? value : null;
}

/** The text; empty for anything else. */
export function textIn(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The members of this name in all frames, put together; later values count. */
export function latest(frames: readonly JsonObject[], name: string): JsonObject {
  const found = frames.map((frame) => objectIn(frame[name]) ?? {});
  return found.reduce((before, each) => ({ ...before, ...each }), {});
}

/** What two pieces of an object make: texts and lists are continued, and of other values the first stays. `labels` are not continued. */
export function continued(before: JsonObject, piece: JsonObject, labels: ReadonlySet<string>): JsonObject {
  const made: Record<string, JsonValue> = { ...before };
  for (const [key, value] of Object.entries(piece)) {
    const known = made[key];
    if (known === undefined || known === null) made[key] = value;
    else if (labels.has(key)) continue;
    else if (typeof known === 'string' && typeof value === 'string') made[key] = known + value;
    else if (Array.isArray(known) && Array.isArray(value))
      made[key] = [...(known as readonly JsonValue[]), ...(value as readonly JsonValue[])];
  }
  return made;
}

/** Without members that say nothing, which some servers refuse in requests. */
export function withoutEmpty(message: JsonObject, kept: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(
    Object.entries(message).filter(
      ([key, value]) => kept.has(key) || (value !== null && !(Array.isArray(value) && value.length === 0)),
    ),
  );
}
