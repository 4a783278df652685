import { publicPointer, type MediaKind, type Medium } from '../exchange/index.ts';
import type { CompiledMedia } from '../policy/compile/compiled.ts';
import type { Tally } from './tally.ts';

const NAMES: Readonly<Record<MediaKind, string>> = {
  image: 'an image',
  audio: 'audio',
  video: 'a video',
  file: 'a file',
  opaque: 'data that only the provider can read',
};

/** Judges parts that no detector can read: `ingress.media` for requests, `egress.media` for replies. */
export function judgeMedia(
  media: readonly Medium[],
  settings: CompiledMedia,
  control: 'ingress' | 'egress',
  tally: Tally,
): void {
  for (const { pointer, kind } of media) {
    const setting = settings[kind];
    if (setting === null) continue;
    const detail = `${publicPointer(pointer)}: ${NAMES[kind]}, which no detector can read; ${control}.media.${kind} of the policy would allow it`;
    tally.hit({ control, rule: `media.${kind}`, code: 'content_refused', pointer }, setting, detail);
  }
}
