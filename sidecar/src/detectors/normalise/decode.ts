import { hintsOf } from './hints.ts';
import { joinSpaced, readable, reverse, rot13, unbreak, unescape, unleet } from './encodings.ts';
import { segment } from './segment.ts';

/** Text decoded from an encoding that can hide instructions. Linear. */
export interface Decoded {
  readonly by:
    'base64' | 'hex' | 'escapes' | 'rot13' | 'reversed' | 'spaced' | 'leet' | 'broken' | 'tags' | 'joined';
  readonly text: string;
}

/** Shorter decoded texts cannot carry an instruction. */
const MIN_DECODED = 12;
const BASE64 = /[A-Za-z0-9+/_-]{20,}={0,2}/g;
const HEX = /(?:(?:0x|\\x)?[0-9a-f]{2}[\s:,]{0,2}){12,}/gi;
const SINGLE_LETTERS =
  /(?:(?<![\p{L}\p{N}])[\p{L}\p{N}@$!?.,'"][ \t.\-_*|]{1,6}){8,}[\p{L}\p{N}]?(?![\p{L}\p{N}])/gu;

/** All texts in the text in another encoding. The result is folded. */
export function decode(text: string): readonly Decoded[] {
  const hints = hintsOf(text);
  const found: Decoded[] = [];
  const add = (by: Decoded['by'], decoded: string): void => {
    if (decoded.length >= MIN_DECODED && decoded !== text) found.push({ by, text: decoded });
  };
  if (hints.hex)
    add(
      'hex',
      runs(text, HEX, (run) => readable(Buffer.from(run.replace(/0x|\\x|[^0-9a-f]/gi, ''), 'hex'))),
    );
  if (hints.base64)
    add(
      'base64',
      runs(text, BASE64, (run) => readable(Buffer.from(run, 'base64'))),
    );
  if (hints.escapes) add('escapes', unescape(text));
  if (hints.rot13) add('rot13', rot13(text));
  if (hints.reversed) add('reversed', reverse(text));
  if (hints.spaced) add('spaced', runs(text, SINGLE_LETTERS, joinSpaced));
  if (hints.leet) add('leet', unleet(text));
  if (hints.joined) add('joined', segment(text));
  if (hints.broken) add('broken', unbreak(text));
  return found;
}

function runs(text: string, pattern: RegExp, read: (run: string) => string): string {
  const parts: string[] = [];
  for (const [run] of text.matchAll(pattern)) {
    const part = read(run);
    if (part !== '') parts.push(part);
  }
  return parts.join('\n');
}
