import type { Medium, Prompt, Reply, Usage } from '../../exchange/index.ts';
import { BodyReader, leavesOf, type JsonObject, type JsonValue, type Place } from '../json/index.ts';
import { mirrorsOf } from '../openai/mirrors.ts';
import { countOf, labelOf, objectOf, wordsOf } from '../openai/tolerant.ts';
import { NO_USAGE } from '../openai/usage.ts';
import type { NativeApi } from './api.ts';

/** An error of the server in place of a reply is a text-only body. @throws Malformed */
export function readReply(api: NativeApi, body: JsonObject, prompt?: Prompt): Reply {
  const reader = new BodyReader(body, 'reply');
  const { root } = reader;
  skipEcho(root, prompt);
  return gather(api, reader, [root]);
}

/** The member that an array of replies is read as. */
const LIST = 'list';

/** As `readReply`, for an array of replies. @throws Malformed */
export function readReplies(api: NativeApi, list: readonly JsonValue[], prompt?: Prompt): Reply {
  const reader = new BodyReader({ [LIST]: list }, 'reply');
  const places = reader.root.objects(LIST);
  for (const place of places) skipEcho(place, prompt);
  const reply = gather(api, reader, places);
  const inArray = <T extends { readonly pointer: string }>(part: T): T => ({
    ...part,
    pointer: belowList(part.pointer),
  });
  return {
    ...reply,
    segments: reply.segments.map(inArray),
    media: reply.media?.map(inArray) ?? [],
    mirrors: reply.mirrors?.map(belowList) ?? [],
    unreadable: reply.unreadable?.map(belowList) ?? [],
  };
}

function belowList(pointer: string): string {
  return pointer.slice(`/${LIST}`.length);
}

function gather(api: NativeApi, reader: BodyReader, places: readonly Place[]): Reply {
  for (const place of places) for (const text of api.texts) wordsOf(place, text, 'assistant', 'content');
  const repeated = places.map((place) => takeRepeats(api, place));
  const [first = reader.root] = places;
  const model = labelOf(first, 'model') ?? labelOf(first, 'model_name');
  const usage = readUsage(api, first);
  reader.sweep('assistant');
  const texts = repeated.flatMap((of) =>
    of.texts.map((text) => ({ ...text, origin: 'assistant', channel: 'content', mirror: true }) as const),
  );
  const media = [...reader.media, ...repeated.flatMap((of) => of.media)];
  return {
    model,
    segments: [...reader.segments, ...texts],
    calls: [],
    usage,
    finishReasons: [],
    mirrors: repeated.flatMap(({ mirrors }) => mirrors),
    unreadable: repeated.flatMap(({ unreadable }) => unreadable),
    ...(media.length === 0 ? {} : { media }),
  };
}

/** llama.cpp returns the prompt, which is the caller's text. */
export function skipEcho(root: Place, prompt: Prompt | undefined): void {
  const echo = root.get('prompt');
  if (prompt?.segments.some(({ pointer, text }) => pointer === '/prompt' && text === echo) === true)
    root.skip('prompt');
}

interface Repeated {
  readonly mirrors: readonly string[];
  readonly unreadable: readonly string[];
  readonly texts: readonly { readonly pointer: string; readonly text: string }[];
  /** Token IDs that are all there is of the text. */
  readonly media: readonly Medium[];
}

/** Claims repetitions of the text; their concatenated strings are judged too. */
export function takeRepeats({ repeats, tokens, moreTokens }: NativeApi, root: Place): Repeated {
  const places = [root, objectOf(root, 'details'), objectOf(root, 'meta_info')].filter(
    (place) => place !== null,
  );
  const found = places.flatMap((place) => repeats.map((key) => [place, key] as const));
  const texts = found.flatMap(([place, key]) => {
    const leaves = leavesOf(place.get(key), '').filter(({ pointer }) =>
      /\/(?:text|token|word|2)$/.test(pointer),
    );
    const text = leaves.map((leaf) => leaf.text).join('');
    return text === '' ? [] : [{ pointer: place.at(key), text }];
  });
  const only = moreTokens?.(root) ?? [];
  return {
    mirrors: found.flatMap(([place, key]) => mirrorsOf(place, key)),
    unreadable: [...mirrorsOf(root, ...tokens), ...only],
    texts,
    media: only.map((pointer) => ({ pointer, kind: 'opaque' })),
  };
}

export function readUsage({ usage }: NativeApi, root: Place): Usage {
  if (usage === null) return NO_USAGE;
  const [input, output] = usage;
  const place = objectOf(root, 'meta_info') ?? objectOf(root, 'details') ?? root;
  return { inputTokens: countOf(place, input), outputTokens: countOf(place, output) };
}
