import { fold } from '../../../detectors/index.ts';
import { compileGlobs } from '../../patterns/glob.ts';
import { foldName } from './argument-names.ts';

/**
 * One form of the names that an agent may take for one tool: as of arguments (`foldName`), and without invisible characters and letters of
 * other scripts that look Latin.
 */
export function foldToolName(name: string): string {
  return foldName(fold(name));
}

/**
 * Matches the names that match one of these patterns, and those that an agent may take for one of them. A name that differs in case and also in
 * where words end (`SENDMAIL`) is not taken for one that a pattern such as `send_*` matches: `sender` would be too.
 */
export function compileLikeness(globs: readonly string[]): (name: string) => boolean {
  const named = compileGlobs(globs);
  const literal = new Set(globs.filter((glob) => !isPattern(glob)).map(foldToolName));
  const pattern = compileGlobs(globs.filter(isPattern).flatMap(spellings));
  return (name) => named(name) || literal.has(foldToolName(name)) || spellings(name).some(pattern);
}

function isPattern(glob: string): boolean {
  return /[*?]/.test(glob);
}

/** In one case and with one separator; words that begin with a capital count as separated, or not. */
function spellings(name: string): readonly [string, string] {
  const plain = fold(name).normalize('NFKC');
  const separated = plain.replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, '_');
  return [spelling(plain), spelling(separated)];
}

function spelling(name: string): string {
  return name
    .toUpperCase()
    .toLowerCase()
    .replace(/[\s_-]+/gu, '_');
}
