/** Words that instructions to a model are made of, and those between them. */
const WORDS = (
  'a about above act after again all also am an and any anything api are as ask at avoid be been before begin behave below but by bypass can ' +
  'change command commands confidential content context conversation credentials data delete developer dan directives disclose discard ' +
  'disregard display do does email enable end ever every everything execute file filter filters follow following for forget forward from full ' +
  'get give given go guardrails guidelines have hello help hidden how i if ignore ignoring in info information initial instead instruction ' +
  'instructions into is it its just key keys know leak limits list mail me message messages mode my must never new no not now obey of on one ' +
  'only or original other our out output override override overrides password passwords pay please policies policy previous previously print ' +
  'prior private prompt prompts provide put read regardless remember remove repeat replace reply reset respond restrictions return reveal role ' +
  'rule rules run safe safety say secret secrets security send server set show show start stop system tell text that the their them then these ' +
  'they this those to token tool tools told transfer unrestricted until up upload use user using was what when which who will with without word ' +
  'words write you your yourself'
).split(' ');
const LONGEST_RUN = 400;
const RUN = new RegExp(`[A-Za-z]{16,${LONGEST_RUN}}`, 'g');
/** Least share of a run that must be words, and least number of them: names in programs have fewer. */
const LEAST = 0.8;
const FEWEST = 5;

/** Letters of the alphabet. */
const LETTERS = 26;
/** The words as a tree: of each node the next one by letter, 0 for none. */
const NEXT: number[] = [];
/** Nodes at which a word ends. */
const ENDS: boolean[] = [];
grow();

function grow(): void {
  const add = (): number => {
    NEXT.push(...Array.from({ length: LETTERS }, () => 0));
    return ENDS.push(false) - 1;
  };
  add();
  for (const word of WORDS) {
    let node = 0;
    for (let at = 0; at < word.length; at++) {
      const edge = LETTERS * node + letterAt(word, at);
      node = NEXT[edge] === 0 ? (NEXT[edge] = add()) : (NEXT[edge] ?? 0);
    }
    ENDS[node] = true;
  }
}

/** From 0 on; large and small ones alike. */
function letterAt(text: string, at: number): number {
  return (text.charCodeAt(at) | 0x20) - 0x61;
}

/** Runs of letters in which words stand without spaces, with the spaces; empty if there is none. Linear. */
export function segment(text: string): string {
  const parts: string[] = [];
  for (const [run] of text.matchAll(RUN)) {
    const words = wordsOf(run);
    if (words !== null) parts.push(words.join(' ').toLowerCase());
  }
  return parts.join('\n');
}

/** For each letter of a run: the least lost from there on, and the length of the word there. */
const lost = new Int32Array(LONGEST_RUN + 1);
const taken = new Int32Array(LONGEST_RUN);

/** The fewest letters outside of words, from the end backwards; null if they are too many. */
function wordsOf(run: string): readonly string[] | null {
  lost[run.length] = 0;
  for (let at = run.length - 1; at >= 0; at--) takeAt(run, at);
  let [inside, count] = [0, 0];
  for (let at = 0; at < run.length; count++) {
    const length = taken[at] ?? 0;
    if (length > 1) inside += length;
    at += Math.max(1, length);
  }
  if (inside < run.length * LEAST || count < FEWEST) return null;
  const words: string[] = [];
  for (let at = 0; at < run.length;) {
    const end = at + Math.max(1, taken[at] ?? 0);
    words.push(run.slice(at, end));
    at = end;
  }
  return words;
}

function takeAt(run: string, at: number): void {
  let [least, length] = [(lost[at + 1] ?? 0) + 2, 0];
  let node = 0;
  for (let end = at + 1; end <= run.length; end++) {
    node = NEXT[LETTERS * node + letterAt(run, end - 1)] ?? 0;
    if (node === 0) break;
    if (ENDS[node] !== true) continue;
    // Of equal ones, the longer word.
    const cost = (lost[end] ?? 0) + (end - at === 1 ? 1 : 0);
    if (cost <= least) [least, length] = [cost, end - at];
  }
  lost[at] = least;
  taken[at] = length;
}
