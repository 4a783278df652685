import { anthropicMessages } from './anthropic-messages/index.ts';
import type { Dialect, Route, RouteMatch } from './dialect.ts';
import { gemini } from './gemini/index.ts';
import { invocations } from './invocations/index.ts';
import { nativeDialects } from './native/index.ts';
import { ollamaChat, ollamaEmbed, ollamaGenerate, ollamaShow } from './ollama/index.ts';
import { openaiChat } from './openai-chat/index.ts';
import { openaiCompletions } from './openai-completions/index.ts';
import { openaiEmbeddings } from './openai-embeddings/index.ts';
import { openaiSpeech } from './openai-speech/index.ts';
import { openaiTranscriptions } from './openai-transcriptions/index.ts';
import { openaiResponses, openaiStoredResponses } from './openai-responses/index.ts';
import { withPathModel } from './path-model.ts';

/** All dialects, in no particular order: no two match the same route. */
const DIALECTS: readonly Dialect[] = [
  openaiChat,
  openaiCompletions,
  openaiEmbeddings,
  openaiSpeech,
  openaiTranscriptions,
  openaiResponses,
  openaiStoredResponses,
  anthropicMessages,
  ollamaChat,
  ollamaGenerate,
  ollamaEmbed,
  ollamaShow,
  gemini,
  invocations,
  ...nativeDialects,
];

/** Renders refusals on routes of no dialect. */
export const fallbackDialect: Dialect = openaiChat;

/** Path prefixes, in lower case, that identify an API. */
const BEGINNINGS: readonly (readonly [RegExp, Dialect])[] = [
  [/^\/api\/(?!v\d)/, ollamaChat],
  [/^(?:\/v1)?\/messages(?:\/|$)|^\/anthropic\//, anthropicMessages],
  [/^(?:\/upload)?\/v1(?:alpha|beta)\d*\/|^\/v1\/(?:models\/[^/]*:|projects\/)/, gemini],
];

/** The dialect whose refusals a client on an unknown route is most likely to parse. */
export function dialectOfPath(path: string): Dialect {
  const lower = path.toLowerCase();
  return BEGINNINGS.find(([beginning]) => beginning.test(lower))?.[1] ?? fallbackDialect;
}

/** Removes a prefix under which the routes of dialects are served; also returns the model that the prefix named. */
export type Unprefix = (path: string) => readonly { readonly path: string; readonly model: string | null }[];

/** A dialect and the facts from its route. */
export interface FoundDialect {
  readonly dialect: Dialect;
  readonly match: RouteMatch;
}

/** The dialect of a route, matched exactly, with or without a prefix; null if there is none. */
export function findDialect(route: Route, unprefixed: Unprefix = noPrefix): FoundDialect | null {
  const found = findPlain(route);
  if (found !== null) return found;
  for (const { path, model } of unprefixed(route.path)) {
    const plain = findPlain({ ...route, path });
    if (plain !== null) return model === null ? plain : named(plain, model);
  }
  return null;
}

function noPrefix(): ReturnType<Unprefix> {
  return [];
}

function named({ dialect, match }: FoundDialect, model: string): FoundDialect {
  const prompt: Dialect['prompt'] = (body, route) => withPathModel(dialect.prompt(body, route), model);
  return { match, dialect: { ...dialect, prompt } };
}

function findPlain(route: Route): FoundDialect | null {
  for (const dialect of DIALECTS) {
    const match = dialect.match(route);
    if (match !== null) return { dialect, match };
  }
  return null;
}

/** Segments of known paths that are not in lower case. */
const CASED = [
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'embedContent',
  'batchEmbedContents',
  'rawPredict',
  'streamRawPredict',
];

/**
 * True if a server that is more lenient than this one could take the route for an inspected one: by case, escapes, dots, doubled or
 * backward slashes, path parameters, a trailing slash, or another method with a body. Such a route is never passed uninspected.
 */
export function looksLike(route: Route, unprefixed: Unprefix = noPrefix): boolean {
  if (findPlain(route) !== null) return false;
  const method = /^(GET|HEAD|OPTIONS|DELETE|TRACE|CONNECT)$/.test(route.method) ? route.method : 'POST';
  return spellings(route.path).some((path) => findDialect({ ...route, method, path }, unprefixed) !== null);
}

/** Normalised forms of a path in lenient servers. */
export function spellings(raw: string): readonly string[] {
  const plain = withoutDots(unescaped(raw).replaceAll('\\', '/')).replace(/[#?].*$/s, '');
  const bare = plain
    .split('/')
    .map((segment) => segment.replace(/;.*$/s, '').replace(/[\s\0]+/g, ''))
    .filter((segment) => segment !== '');
  const path = `/${bare.join('/')}`;
  const lower = path.toLowerCase();
  return [path, lower, ...CASED.map((word) => lower.replace(new RegExp(`:${word}$`, 'i'), `:${word}`))];
}

/** Percent-decodes repeatedly, as lenient servers may, also invalid bytes. */
function unescaped(raw: string): string {
  let path = raw;
  for (let pass = 0; pass < 4; pass++) {
    path = path.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  }
  return path;
}

/** RFC 3986 §5.2.4, also for paths with empty segments and parameters. */
function withoutDots(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    const name = segment.replace(/;.*$/s, '');
    if (name === '..') kept.pop();
    else if (name !== '.' && name !== '') kept.push(segment);
  }
  return `/${kept.join('/')}`;
}
