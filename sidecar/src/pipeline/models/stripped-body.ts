import {
  applyEdits,
  isArray,
  isObject,
  removeParts,
  type JsonObject,
  type JsonValue,
} from '../../dialects/index.ts';
import type { Prompt, Verdict } from '../../exchange/index.ts';
import { editsOf } from '../inspect/edits.ts';

/** What APIs refuse in a request without tools. */
const ABOUT_TOOLS = ['tool_choice', 'parallel_tool_calls', 'function_call', 'toolConfig', 'tool_config'];

/** The text of a request without these offers, nor what they leave empty, nor members that mean nothing without tools. */
function withoutOffers(text: string, request: JsonObject, offers: readonly string[]): string {
  if (offers.length === 0) return text;
  const gone = new Set(offers);
  const above = new Set(offers.flatMap(placesAbove));
  for (const [member, value] of Object.entries(request)) empty(value, `/${member}`, { gone, above });
  const isLeft = ['tools', 'functions'].some(
    (list) => Object.hasOwn(request, list) && request[list] !== null && !gone.has(`/${list}`),
  );
  const needless = isLeft ? [] : ABOUT_TOOLS.filter((member) => Object.hasOwn(request, member));
  return removeParts(text, [...gone, ...needless.map((member) => `/${member}`)]);
}

/** True if the value goes, or nothing of it is left. */
function empty(
  value: JsonValue,
  pointer: string,
  { gone, above }: { readonly gone: Set<string>; readonly above: ReadonlySet<string> },
): boolean {
  if (gone.has(pointer)) return true;
  if (!above.has(pointer)) return false;
  const members = isArray(value)
    ? value.map((item, at) => [String(at), item] as const)
    : isObject(value)
      ? Object.entries(value)
      : [];
  const isEmpty = members
    .map(([key, member]) => empty(member, `${pointer}/${key}`, { gone, above }))
    .every(Boolean);
  if (isEmpty) gone.add(pointer);
  return isEmpty;
}

/** `/tools` and `/tools/0` of `/tools/0/functionDeclarations`. */
function placesAbove(pointer: string): readonly string[] {
  const parts = pointer.split('/').slice(1, -1);
  return parts.map((_part, at) => `/${parts.slice(0, at + 1).join('/')}`);
}

/** What goes on of a request: null for nothing. `text`: null if nothing in it can be replaced. */
export function passedBody(
  body: Buffer | null,
  { text, value }: { readonly text: string | null; readonly value: JsonObject },
  { prompt, stripped }: { readonly prompt: Prompt; readonly stripped: readonly string[] },
  verdict: Verdict,
): Buffer | null {
  switch (verdict.kind) {
    case 'allow':
      return body;
    case 'redact':
      return text === null
        ? null
        : Buffer.from(
            withoutOffers(applyEdits(text, editsOf(verdict.redactions, prompt.segments)), value, stripped),
          );
    case 'block':
      return null;
    default:
      return verdict satisfies never;
  }
}
