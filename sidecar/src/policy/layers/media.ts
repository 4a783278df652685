import { MEDIA_KINDS, type MediaKind } from '../keys/schema-text.ts';
import type { PolicyDocument } from '../keys/schema.ts';
import { present } from './meet-parts.ts';

/** What a policy says of parts that no detector reads: of each kind that it names, and of all others. */
export type Media = NonNullable<NonNullable<PolicyDocument['ingress']>['media']>;
export type MediaSetting = Pick<Media, 'action' | 'mode'>;

/** What holds for a kind: its own setting, else the one for kinds that are not named. */
export function mediaSetting(media: Media, kind: MediaKind): MediaSetting {
  const { action, mode } = media[kind] ?? media;
  return { action, mode };
}

/** Kind by kind. The setting for kinds that are not named is met too, so that the order of three layers does not matter. */
export function meetMedia(
  a: Media | undefined,
  b: Media | undefined,
  meetSetting: (a: MediaSetting, b: MediaSetting) => MediaSetting,
): Media | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const kinds = MEDIA_KINDS.map((kind) => [kind, meetSetting(mediaSetting(a, kind), mediaSetting(b, kind))]);
  const { action, mode } = meetSetting(a, b);
  return canonicalMedia({ ...(Object.fromEntries(kinds) as Record<MediaKind, MediaSetting>), action, mode });
}

/** Kinds that say what holds for all others anyway are left out; what is allowed has no mode. */
export function canonicalMedia(media: Media): Media {
  const rest = plain(media);
  const named = (kind: MediaKind): MediaSetting | undefined => {
    const own = plain(mediaSetting(media, kind));
    return own.action === rest.action && own.mode === rest.mode ? undefined : own;
  };
  return present({
    ...rest,
    image: named('image'),
    audio: named('audio'),
    video: named('video'),
    file: named('file'),
    opaque: named('opaque'),
  });
}

function plain({ action, mode }: MediaSetting): MediaSetting {
  return { action, mode: action === 'allow' ? 'enforce' : mode };
}
