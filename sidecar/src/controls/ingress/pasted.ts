import type { Prompt, Segment, Stretch } from '../../exchange/index.ts';
import type { CompiledPasted } from '../../policy/compile/compiled.ts';

/** A prompt in which texts that the user pasted are told apart, as policy says; the same prompt where there are none. */
export function withPasted(prompt: Prompt, pasted: CompiledPasted | null): Prompt {
  if (pasted === null) return prompt;
  const found = new Map<Segment, readonly Stretch[]>();
  for (const parts of messagesOf(prompt.segments))
    for (const [segment, stretches] of pastedIn(parts, pasted)) found.set(segment, stretches);
  if (found.size === 0) return prompt;
  const segments = prompt.segments.map((segment) => {
    const stretches = found.get(segment);
    return stretches === undefined ? segment : { ...segment, pasted: stretches };
  });
  return { ...prompt, segments };
}

/** The texts of the user, by message: a client chooses where a message is cut into parts. */
function messagesOf(segments: readonly Segment[]): readonly (readonly Segment[])[] {
  const messages = new Map<string, Segment[]>();
  for (const segment of segments) {
    if (segment.origin !== 'user' || segment.channel !== 'content') continue;
    const key = segment.run ?? segment.pointer;
    const parts = messages.get(key);
    if (parts === undefined) messages.set(key, [segment]);
    else parts.push(segment);
  }
  return [...messages.values()];
}

function pastedIn(
  parts: readonly Segment[],
  { chars, between }: CompiledPasted,
): ReadonlyMap<Segment, readonly Stretch[]> {
  const text = parts.map((part) => part.text).join('');
  const stretches =
    chars !== null && text.length >= chars
      ? [{ start: 0, end: text.length }]
      : between.flatMap((pair) => enclosed(text, pair));
  const found = new Map<Segment, readonly Stretch[]>();
  let offset = 0;
  for (const part of parts) {
    const { length } = part.text;
    const own = stretches.flatMap(({ start, end }): Stretch[] => {
      const [from, to] = [Math.max(0, start - offset), Math.min(length, end - offset)];
      return from < to ? [{ start: from, end: to }] : [];
    });
    if (own.length > 0) found.set(part, own);
    offset += length;
  }
  return found;
}

/** From the first beginning to the last end, since what is pasted may contain an end; without one, to the end of the message. */
function enclosed(text: string, { start, end }: CompiledPasted['between'][number]): readonly Stretch[] {
  const from = text.indexOf(start);
  if (from === -1) return [];
  const last = text.lastIndexOf(end);
  return [{ start: from, end: last < from + start.length ? text.length : last + end.length }];
}

/** What the user typed of a text. A value does not stand across what was pasted. */
export function typedIn({ text, pasted = [] }: Segment): string {
  const ordered = [...pasted].sort((a, b) => a.start - b.start);
  let at = 0;
  const typed: string[] = [];
  for (const { start, end } of ordered) {
    typed.push(text.slice(at, Math.max(at, start)));
    at = Math.max(at, end);
  }
  typed.push(text.slice(at));
  return typed.join('\n');
}
