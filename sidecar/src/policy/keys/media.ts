import { z } from 'zod';

import type { Rule } from '../kinds/rule.ts';
import { mode, modeSchema } from '../kinds/mode.ts';
import { unlessOff } from '../kinds/setting.ts';

/** Kinds of parts that no detector can read, named as in the exchange. */
export const MEDIA_KINDS = ['image', 'audio', 'video', 'file', 'opaque'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

const action = z.enum(['block', 'allow']).default('block');

function kind(what: string) {
  return z
    .strictObject({
      action: action.describe('`block` refuses them, `allow` lets them pass unread. Default: `block`.'),
      mode: modeSchema,
    })
    .optional()
    .describe(`${what} Default: as \`media.action\` and \`media.mode\` say.`);
}

function schemaFor(parts: string) {
  return z.strictObject({
    action: action.describe(
      `For every kind that is not named below: \`block\` refuses ${parts} with such parts, \`allow\` lets the parts pass unread. Default: \`block\`.`,
    ),
    mode: modeSchema,
    image: kind('Images.'),
    audio: kind('Recordings and synthesised speech.'),
    video: kind('Videos.'),
    file: kind('Other files that are not text (PDF, archives), and parts of a type that is not known.'),
    opaque: kind(
      'What only the provider can read: encrypted reasoning, ids of files and of earlier turns that it stores, arrays of tokens, embedded prompts.',
    ),
  });
}

/** Settings for parts that no detector can read, by kind. */
export const requestMedia = schemaFor('requests');
export const replyMedia = schemaFor('replies');

/** A policy's settings for parts that no detector reads: for named kinds, and for all others. */
export type Media = z.output<typeof requestMedia>;
type MediaSetting = Pick<Media, 'action' | 'mode'>;

/** The setting of a kind: its own, else that for unnamed kinds. Without a kind: the latter. */
export function mediaSetting(media: Media, kind?: MediaKind): MediaSetting {
  const { action, mode } = (kind === undefined ? undefined : media[kind]) ?? media;
  return { action, mode };
}

const meetSetting = unlessOff<MediaSetting>((a, b) => ({
  action: 'block',
  mode: mode.meet(a.mode, b.mode),
}));

/** Not key by key: a kind that one layer does not name is met as that layer's setting for unnamed kinds. */
export const mediaRule: Rule<Media> = {
  /** The setting for unnamed kinds is met too, so that the order of three layers does not matter. */
  meet: (a, b) =>
    canonicalMedia({
      ...byKind((each) => meetSetting(mediaSetting(a, each), mediaSetting(b, each))),
      ...meetSetting(mediaSetting(a), mediaSetting(b)),
    }),
  canonical: canonicalMedia,
};

/** One value for each kind. */
export function byKind<T>(setting: (kind: MediaKind) => T): Record<MediaKind, T> {
  return {
    image: setting('image'),
    audio: setting('audio'),
    video: setting('video'),
    file: setting('file'),
    opaque: setting('opaque'),
  };
}

/** Kinds with the same setting as unnamed ones are omitted; an allowed kind has no mode. */
function canonicalMedia(media: Media): Media {
  const rest = plain(media);
  const canonical: Media = { ...rest };
  for (const each of MEDIA_KINDS) {
    const own = plain(mediaSetting(media, each));
    if (own.action !== rest.action || own.mode !== rest.mode) canonical[each] = own;
  }
  return canonical;
}

function plain({ action, mode }: MediaSetting): MediaSetting {
  return { action, mode: action === 'allow' ? 'enforce' : mode };
}
