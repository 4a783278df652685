import { folded } from '../action/standing.ts';
import { valuesOfText } from '../action/argument-values.ts';

/** Of one text. UTF-16 code units of a value, and values: what is beyond has no link. */
const MAX_VALUE = 512;
const MAX_VALUES = 512;
/** Shorter ones stand in many texts by chance. */
const LEAST = 8;
const LEAST_DIGITS = 9;

/** Characters that are not seen. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
/** What stands around a value in prose and JSON. */
const BETWEEN = /[\s"'`<>()[\]{}|,;\\=]+/u;
const EDGES = /^[.:!?*_~]+|[.:!?*_~/]+$/gu;
/** Numbers in groups, as people write accounts and telephones. */
const GROUPED = /(?<![\p{L}\p{N}])(?:[a-z]{2}\d{2}|\+?\(?\d)(?:[ ()-]{0,2}[a-z\d]){7,40}(?![\p{L}\p{N}])/gu;
const DATE = /^\d{4}-\d{2}-\d{2}(?:t[\d:.]+(?:z|[+-][\d:]+)?)?$/;

/**
 * Values in a text that tell where they are from: addresses, links, names of hosts, files and accounts, long identifiers, and short texts that are
 * values of JSON. Numbers, amounts, dates, words of a list and short identifiers are none, since they stand in many texts. Folded.
 */
export function tellingValues(text: string): ReadonlySet<string> {
  const values = new Set<string>();
  const add = (value: string): void => {
    if (values.size < MAX_VALUES && value.length <= MAX_VALUE) values.add(value);
  };
  const leaves = valuesOfText(text);
  for (const leaf of leaves.length === 0 ? [text] : leaves) {
    const read = folded(leaf.replace(UNSEEN, ''));
    if (isTitle(read)) add(read);
    for (const part of read.split(BETWEEN)) {
      const value = part.replace(EDGES, '');
      if (isTelling(value)) for (const each of spellings(value)) add(each);
    }
    for (const [written] of read.matchAll(GROUPED)) {
      const compact = written.replace(/[^a-z\d]/g, '');
      if (isTelling(compact)) add(compact);
    }
  }
  return values;
}

/** A value of an argument, and what it may be a part of: a page below one that was named, the address behind `mailto:`. */
export function andParents(value: string): readonly string[] {
  const [plain = ''] = value.split(/[?#]/, 1);
  const found = new Set([value, plain]);
  const from = plain.indexOf('://') + 3;
  if (from < 3) return [...found];
  for (let end = plain.lastIndexOf('/'); end >= from; end = plain.lastIndexOf('/', end - 1))
    found.add(plain.slice(0, end));
  return [...found];
}

function spellings(value: string): readonly string[] {
  const [plain = ''] = value.split(/[?#]/, 1);
  return [...new Set([value, plain.replace(/\/+$/, ''), value.replace(/^mailto:/, '')])];
}

/** Some words, fewer than a passage. */
function isTitle(text: string): boolean {
  const words = text.split(' ').length;
  return text.length >= 2 * LEAST && words >= 3 && words < 8;
}

function isTelling(value: string): boolean {
  if (/[^@]@[^@]/.test(value) || /:\/\/./.test(value)) return true;
  if (value.length < LEAST || DATE.test(value)) return false;
  if (!/\p{L}/u.test(value)) return (value.match(/\d/g) ?? []).length >= LEAST_DIGITS && !/[:/]/.test(value);
  return /\d/.test(value) || /[\p{L}\p{N}]\.[\p{L}\p{N}]/u.test(value) || /^[~.]?\/\S|\/.*\//.test(value);
}
