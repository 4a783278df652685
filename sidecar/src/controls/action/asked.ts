import { fold, viewsOf } from '../../detectors/index.ts';
import { valuesOfText } from './argument-values.ts';
import { folded } from './standing.ts';

/** Longer arguments are not read further, and count as if they had every value. UTF-16 code units. */
const MAX_ASKED = 32_768;
/** Of a longer value only words and letters are compared. UTF-16 code units. */
const MAX_DECODED = 2_048;

/** What a call asked of its tool, which the tool may repeat as it read it: decoded, in other letters, or put together. */
export class Asked {
  readonly #calls: readonly string[];
  readonly #text: string;
  #readings: readonly Spelt[] | null = null;

  /** `calls`: the texts of the arguments, most often JSON. */
  constructor(calls: readonly string[]) {
    this.#calls = calls;
    this.#text = calls.flatMap((call) => [call, ...valuesOfText(call)].map(folded)).join('\n');
  }

  /** True if the tool may have this value, which is folded, from what it was asked: decoded (percent, escapes, base64), spelt otherwise, or from several arguments. */
  holds(value: string): boolean {
    if (this.#text === '') return false;
    if (this.#text.includes(value) || this.#text.length > MAX_ASKED) return true;
    this.#readings ??= this.#calls.flatMap(readingsOf);
    const forms = [value, ...(value.length > MAX_DECODED ? [] : viewsOf(value).map(({ text }) => text))];
    return forms.map(lettersOf).some((form) => this.#readings?.some((reading) => repeats(reading, form)));
  }
}

interface Spelt {
  /** Of each argument, its letters and digits alone. */
  readonly arguments: readonly string[];
  readonly words: ReadonlySet<string>;
}

function readingsOf(call: string): readonly Spelt[] {
  const values = valuesOfText(call);
  const text = values.length === 0 ? call : values.join('\n');
  return [text, ...viewsOf(text).map((view) => view.text)].map((reading) => {
    const lines = reading.split('\n').map(lettersOf);
    return { arguments: lines.map((words) => words.join('')), words: new Set(lines.flat()) };
  });
}

/** Digits that stand side by side in two arguments alone are a coincidence: a page of 1 and a limit of 10 are no order 110. */
function repeats(reading: Spelt, words: readonly string[]): boolean {
  const letters = words.join('');
  if (letters === '') return false;
  return (
    words.every((word) => reading.words.has(word)) ||
    reading.arguments.some((argument) => argument.includes(letters)) ||
    (/\D/.test(letters) && reading.arguments.join('').includes(letters))
  );
}

/** The words of a text in one form: no marks, no case, no other letters that look the same. */
function lettersOf(text: string): readonly string[] {
  return (
    folded(fold(text))
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}
