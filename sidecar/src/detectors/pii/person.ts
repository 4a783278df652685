import { FIRST_NAMES } from './first-names.ts';
import { FULL_NAME, NAME, nameLength, WORD, WRITTEN } from './name-words.ts';
import type { EntityRule } from './rule.ts';

const KEYS =
  '(?:(?:first|last|full|given|family|middle|sur|maiden|nick|user|customer|patient|employee|contact|client|person|author|sender|recipient|card[ _-]?holder|account[ _-]?holder|display|legal|beneficiary|passenger|guest|student|member|owner|manager|doctor)[ _-]?names?|surname|forename)';
const TITLES = 'mr|mrs|ms|miss|mx|dr|prof|professor|doctor|sir|madam|herr|frau|señora?|monsieur|madame|sra?';
const INTRODUCTIONS =
  "my name is|my name's|my full name is|i am called|call me|(?:his|her|their|the|maiden|last|first|partner's|wife's|husband's|client's|customer's|patient's) name:?(?: is| was)?|(?:everyone|friends|people) calls? me|(?:is|was|be|am) (?:named|called)|directed by|written by|signed by|on behalf of|name:";
const GREETINGS =
  'dear|hi|hello|hey|regards,?|sincerely,?|cheers,?|best,|thanks,|from:|to:|cc:|attn:?|signed,?|yours,?';
const OWNED =
  'address|phone|number|email|e-mail|account|card|birthday|house|name|wife|husband|mother|father|son|daughter|brother|sister|boss|job|order';
const DEEDS =
  'lives|is from|will be|said|says|was born|can you|works|called|wrote|told|asked|is very|is my|has been|was a|and I';
const BESIDE = "who is|who's|contact|ask|tell|met|meet|told|said|says";
const BEHIND = '(?:and|at|on|in|about|to|for|is|was|will|from|who)';

/** The first of a match, known as a first name, and what follows it. */
function knownLength(match: string): number {
  const [first = ''] = match.split(/[ '’]/, 1);
  const name = first.toLowerCase();
  const [part = ''] = name.split('-', 1);
  return FIRST_NAMES.has(name) || FIRST_NAMES.has(part) ? nameLength(match) : 0;
}

function isName(text: string): boolean {
  return /\p{L}{2}/u.test(text) && !/[\d_@]/.test(text);
}

/** Names of persons, by keys of JSON and forms, by words beside them, and by common first names. All in Latin script but behind keys. */
const FORMS: readonly Omit<EntityRule, 'entity' | 'group'>[] = [
  { source: `["'](?i:${KEYS})["'] ?: ?["']([^"'\\n\\\\]{2,60})["']`, score: 0.9, validate: isName },
  {
    source: `(?:^|[\\n,;>|])[ \\t*-]{0,4}(?i:${KEYS}|name)[*]{0,2}[ \\t]{0,2}[:=][ \\t*]{0,4}(${WRITTEN})`,
    score: 0.8,
    keep: nameLength,
  },
  { source: `(?i:\\b(?:${TITLES})\\b)\\.? (${NAME})`, score: 0.8, keep: nameLength },
  { source: `(?i:\\b(?:${INTRODUCTIONS})) {1,2}(${NAME})`, score: 0.8, keep: nameLength },
  {
    source: `(?i:\\bmy (?:full )?name(?: is|'s)) {1,2}(\\p{L}{2,20}(?: \\p{L}{2,20})?)(?:$|[.,;!?\\n]| (?:and|but|i|my)\\b)`,
    score: 0.7,
    keep: nameLength,
  },
  {
    source: `(?i:\\b(?:your|his|her|their) (?:full |last |first |maiden )?name\\?)["']?[ \\n]{1,3}["']?(?:[^ \\n]{1,12}: )?(${NAME})`,
    score: 0.7,
    keep: nameLength,
  },
  {
    source: `(?i:\\b(?:${GREETINGS}))[ \\n]{1,3}(${NAME})(?:$|[,.!:;\\n<])`,
    score: 0.7,
    keep: nameLength,
  },
  {
    source: `(?:^|\\n)[ \\t]{0,8}(${FULL_NAME})[ \\t]{0,8}\\n[ \\t\\n]{0,6}(?:\\d|(?i:p\\.? ?o\\.? box|apt|unit|suite))`,
    score: 0.6,
    keep: nameLength,
  },
  { source: `(?:^|[^\\w])(${WORD}(?: ${WORD})?)['’]s (?:${OWNED})\\b`, score: 0.7, keep: nameLength },
  {
    source: `(?:^|[.!?"] {1,2}|\\n)(${NAME}) (?:${DEEDS})\\b`,
    score: 0.6,
    keep: (match) => (nameLength(match) === match.length ? match.length : 0),
  },
  {
    source: `(?i:\\b(?:${BESIDE})) (${FULL_NAME})(?:$|[,.?!;:\\n]| ${BEHIND}\\b)`,
    score: 0.6,
    keep: nameLength,
  },
  { source: `(?:^|[^\\w])(${NAME})(?:$|[^\\w@])`, score: 0.7, keep: knownLength },
];

export const PERSON_RULES: readonly EntityRule[] = FORMS.map((form) => ({
  ...form,
  entity: 'PERSON',
  group: 1,
}));
