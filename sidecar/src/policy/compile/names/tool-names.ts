import { fold, shownBy } from '../../../detectors/index.ts';
import { compileGlobs } from '../../patterns/glob.ts';
import { foldName } from './argument-names.ts';

/** Marks that are written onto a letter; not the vowels of scripts that write them so. */
const MARKS = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/gu;

/**
 * One form of the names that an agent may take for one tool: as of arguments (`foldName`), of letters and digits alone, without marks on them and
 * without signs and letters of other scripts that look Latin. For refusals alone: what allows a tool compares its name as it is.
 */
export function foldToolName(name: string): string {
  return foldName(bare(foldName(fold(name)))).replace(/[^\p{L}\p{N}\p{M}]/gu, '');
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

/** In one case and with one separator; words that begin with a capital count as separated, or not; signs as they are, or as separators. */
function spellings(name: string): readonly string[] {
  const plain = fold(name).normalize('NFKC');
  return [plain, bare(plain)].flatMap((each) => {
    const both = [each, each.replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, '_')];
    return both.flatMap((form) => [spelling(form, /[\s_-]+/gu), spelling(form, /[^\p{L}\p{N}\p{M}*?]+/gu)]);
  });
}

function spelling(name: string, separators: RegExp): string {
  return name.toUpperCase().toLowerCase().replace(separators, '_');
}

/** Letters without marks, and the letters that signs show. */
function bare(name: string): string {
  const unmarked = name.normalize('NFD').replace(MARKS, '').normalize('NFC');
  return fold(Array.from(unmarked, (sign) => shownBy(sign) ?? sign).join(''));
}
