/** Words that instructions to a model are made of, and those between them. */
const WORDS = new Set(
  (
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
  ).split(' '),
);
const LONGEST = 14;
const RUN = /[A-Za-z]{16,400}/g;
/** Least share of a run that must be words, and least number of them: names in programs have fewer. */
const LEAST = 0.8;
const FEWEST = 5;

/** Runs of letters in which words stand without spaces, with the spaces; empty if there is none. Linear. */
export function segment(text: string): string {
  const parts: string[] = [];
  for (const [run] of text.matchAll(RUN)) {
    const words = wordsOf(run.toLowerCase());
    if (words !== null) parts.push(words.join(' '));
  }
  return parts.join('\n');
}

/** The fewest letters outside of words, from the end backwards; null if they are too many. */
function wordsOf(run: string): readonly string[] | null {
  const lost = new Int32Array(run.length + 1);
  const taken = new Int32Array(run.length);
  for (let at = run.length - 1; at >= 0; at--) {
    let [least, length] = [(lost[at + 1] ?? 0) + 2, 0];
    for (let end = at + 1; end <= run.length && end - at <= LONGEST; end++) {
      // Of equal ones, the longer word.
      const cost = (lost[end] ?? 0) + (end - at === 1 ? 1 : 0);
      if (cost <= least && WORDS.has(run.slice(at, end))) [least, length] = [cost, end - at];
    }
    lost[at] = least;
    taken[at] = length;
  }
  const words: string[] = [];
  let inside = 0;
  for (let at = 0; at < run.length;) {
    const length = taken[at] ?? 0;
    words.push(run.slice(at, at + Math.max(1, length)));
    if (length > 1) inside += length;
    at += Math.max(1, length);
  }
  return inside < run.length * LEAST || words.length < FEWEST ? null : words;
}
