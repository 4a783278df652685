import type { Segment } from '../../exchange/index.ts';

/** The short messages of one author, as one text: an attack may come a word or a letter a message. */
export interface ScatteredText {
  readonly parts: readonly [Segment, ...Segment[]];
  readonly text: string;
  /** Each message is one word or letter. Two words are also what people answer in a chat ("ignore that"), so they weigh less. */
  readonly isOfWords: boolean;
}

/** Of one message. UTF-16 code units. */
export const LONGEST_SCATTERED = 32;
const MOST_WORDS = 2;
const FEWEST_MESSAGES = 3;
/** Signs around words, which would end a sentence. */
const EDGES = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;

/**
 * The scattered texts of a prompt, one for each author (user, tools, documents) of three short messages or more. Longer ones between
 * them do not count, and neither does who else spoke. Linear in the prompt.
 */
export function scatteredTexts(segments: readonly Segment[]): readonly ScatteredText[] {
  let authors: Map<string, Pieces> | null = null;
  for (const segment of segments) {
    const { origin, channel, text } = segment;
    // Models answer with a label or a number a message.
    if (origin === 'system' || origin === 'assistant' || text.length > LONGEST_SCATTERED) continue;
    if (channel !== 'content' && channel !== 'tool_result') continue;
    const words = text.replace(EDGES, '').split(/\s+/);
    if (words[0] === '' || words.length > MOST_WORDS) continue;
    authors ??= new Map();
    const pieces = authors.get(`${origin} ${channel}`);
    if (pieces === undefined) authors.set(`${origin} ${channel}`, { parts: [segment], words: [words] });
    else {
      pieces.parts.push(segment);
      pieces.words.push(words);
    }
  }
  if (authors === null) return [];
  return [...authors.values()].filter(isScattered).map(({ parts, words }) => ({
    parts,
    text: words.map((each) => each.join(' ')).join(words.every(isLetter) ? '' : ' '),
    isOfWords: words.every((each) => each.length === 1),
  }));
}

interface Pieces {
  readonly parts: [Segment, ...Segment[]];
  readonly words: (readonly string[])[];
}

/** Parts of one message are judged together anyway. */
function isScattered({ parts }: Pieces): boolean {
  const { run } = parts[0];
  return parts.length >= FEWEST_MESSAGES && (run === undefined || parts.some((part) => part.run !== run));
}

function isLetter([word = '', ...more]: readonly string[]): boolean {
  return more.length === 0 && Array.from(word).length === 1;
}
