import type { Prompt, Reply, Usage } from '../../exchange/index.ts';
import { BodyReader, leavesOf, type JsonObject, type Place } from '../json/index.ts';
import { mirrorsOf } from '../openai/mirrors.ts';
import { countOf, labelOf, objectOf, wordsOf } from '../openai/tolerant.ts';
import { NO_USAGE } from '../openai/usage.ts';
import type { NativeApi } from './api.ts';

/** An error of the server in place of a reply is a text-only body. @throws Malformed */
export function readReply(api: NativeApi, body: JsonObject, prompt?: Prompt): Reply {
  const reader = new BodyReader(body, 'reply');
  const { root } = reader;
  skipEcho(root, prompt);
  for (const text of api.texts) wordsOf(root, text, 'assistant', 'content');
  const { mirrors, unreadable, texts } = takeRepeats(api, root);
  const model = labelOf(root, 'model') ?? labelOf(root, 'model_name');
  const usage = readUsage(api, root);
  reader.sweep('assistant');
  const repeated = texts.map(
    (text) => ({ ...text, origin: 'assistant', channel: 'content', mirror: true }) as const,
  );
  return {
    model,
    segments: [...reader.segments, ...repeated],
    calls: [],
    usage,
    finishReasons: [],
    mirrors,
    unreadable,
    ...(reader.media.length === 0 ? {} : { media: reader.media }),
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
}

/** Claims repetitions of the text; their concatenated strings are judged too. */
export function takeRepeats({ repeats, tokens }: NativeApi, root: Place): Repeated {
  const places = [root, objectOf(root, 'details'), objectOf(root, 'meta_info')].filter(
    (place) => place !== null,
  );
  const found = places.flatMap((place) => repeats.map((key) => [place, key] as const));
  const texts = found.flatMap(([place, key]) => {
    const leaves = leavesOf(place.get(key), '').filter(({ pointer }) => /\/(?:text|token|2)$/.test(pointer));
    const text = leaves.map((leaf) => leaf.text).join('');
    return text === '' ? [] : [{ pointer: place.at(key), text }];
  });
  return {
    mirrors: found.flatMap(([place, key]) => mirrorsOf(place, key)),
    unreadable: mirrorsOf(root, ...tokens),
    texts,
  };
}

export function readUsage({ usage }: NativeApi, root: Place): Usage {
  if (usage === null) return NO_USAGE;
  const [input, output] = usage;
  const place = objectOf(root, 'meta_info') ?? objectOf(root, 'details') ?? root;
  return { inputTokens: countOf(place, input), outputTokens: countOf(place, output) };
}
