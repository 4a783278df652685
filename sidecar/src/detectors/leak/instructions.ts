/**
 * What of a system prompt must not be repeated. A prompt also holds what the model is to say: answers in quotation marks, greetings, formats,
 * and text that was retrieved for it to quote. None of that is a leak.
 */

const QUOTED =
  /"""[^]{0,4000}?"""|```[^]{0,4000}?```|"[^"\n]{8,800}"|“[^”]{8,800}”|«[^»]{8,800}»|„[^“”]{8,800}[“”]|‘[^’\n]{8,800}’(?!\w)|(?<!\w)'[^'\n]{8,800}'(?!\w)|`[^`\n]{8,800}`/g;

const SAY =
  'say|says|answer|reply|respond|greet|greeting|welcome|begin|start|open|end|close|finish|conclude|sign off|append|include|add|display|show|output|print|write|message|disclaimer|refusal|sentence|phrase|text|script|tagline|slogan|quote|offer|structure' +
  '|begrüße|antworte|sage|schreibe|beginne|beende|dis|dites|réponds|répondez|salue|saluez|commence|commencez|termine|terminez|saluda|salude|responde|responda|di|diga|empieza|termina|saluta|rispondi|cumprimente';
/** The text after such a colon, on its line or below it up to an empty line. */
const TO_SAY = new RegExp(
  `\\b(?:${SAY})\\b[^.:;\\n]{0,80}:[ \\t]*(?:\\n{1,2}[ \\t>]*)?([^\\n]{8,800}(?:\\n(?=[ \\t>*-]*\\S)[^\\n]{1,800}){0,12})`,
  'gi',
);
const CEREMONY =
  '[Gg]reet|[Ww]elcome|[Ss]tart|[Bb]egin|[Oo]pen|[Ee]nd|[Cc]lose|[Ff]inish|[Cc]onclude|[Ss]ign off|[Rr]efuse|[Dd]ecline';
/** A greeting or a farewell without a colon: up to the end of its sentence. */
const WITH = new RegExp(
  `\\b(?:${CEREMONY})\\b[^.:;\\n]{0,60}?(?:\\bwith(?: the (?:words?|sentence|phrase|line))? +|[^.:;\\n\\w]\\s*[-\u2013\u2014] )(\\p{Lu}[^\\n.!?]{8,400}[.!?]?)`,
  'gu',
);
/** What the model says of itself when it is asked: without what it is to do. */
const IDENTITY =
  /\b(?:[Ii]ntroduce yourself as|[Cc]all yourself|[Yy]our name is)\s+([^.;:\n]{8,160}?)(?=[.;:\n]|,? (?:that|who|whose|which|with|when|whenever|if|and (?:you|your|must|never|always|do|only))\b|$)/gu;
/** What is to be said in brackets. */
const IN_BRACKETS =
  /\b(?:disclaimer|notice|sentence|phrase|greeting|line|words)\b[^.:;\n()]{0,40}\(([^()\n]{8,800})\)/gi;
/** Turns of an example, questions with their answers, and numbered sources. */
const TURN =
  /^(?:q|a|question|answer|user|assistant|customer|agent|bot|ai|human|\[\d{1,3}\][ \t]+[^\n:]{1,80})[ \t]*:[ \t]*([^\n]{8,})/gim;
/** Orders after the colon are instructions. */
const ORDERS =
  /^(?:-|\*|\d+[.)])?\s*(?:never|always|do not|don't|you must|you should|only|avoid|refuse|keep|be )/i;

const MATERIAL =
  'context|documents?|docs?|sources?|passages?|knowledge(?:[ _-]?base)?|data|articles?|faqs?|content|results?|search[ _-]results?|chunks?|snippets?|references?|excerpts?|facts?|background|information|examples?|template|format|output[ _-]format|history|transcript|conversation|memory|memories|products?|catalog(?:ue)?|menu|inventory|schedule|contacts?|tables?';
const TAG = new RegExp(`<((?:[a-z]+[_-])?(?:${MATERIAL})(?:[_-][a-z0-9]+)?)\\b[^<>]{0,200}>`, 'gi');
/** Limit of tags whose ends are searched. */
const MAX_UNCLOSED = 32;
/** A label or heading of its own line, up to the next heading, rule or label. */
const SECTION = new RegExp(
  `^(?:#{1,6}[ \\t]+|\\*{2}|={2,}[ \\t]*|-{3,}[ \\t]*)?(?:[a-z]+[ \\t]+){0,3}(?:${MATERIAL})(?:[ \\t]+[a-z]+){0,3}[ \\t]*(?::|\\*{2}:?|={2,}|-{3,})?[ \\t]*(?=\\n)`,
  'gim',
);
const LABELLED = new RegExp(`^(?:[a-z]+[ \\t]+){0,2}(?:${MATERIAL})[ \\t]*:[ \\t]*[^\\n]{8,}`, 'gim');
const NEXT_SECTION =
  /\n(?:#{1,6} |-{3,}|={3,}|<\/?[a-z]|\*{2}[A-Z]|(?:instructions?|rules?|guidelines?|task|tasks|question|important|notes?|constraints?|policy|policies|tone|style)\b[^\n]{0,40}:)/gi;

/** Longer prompts are not divided, to bound the work. UTF-16 code units. */
const MAX_PROMPT = 262_144;

/** Start and end of a part. */
type Range = readonly [start: number, end: number];

/** The instructing parts of a system prompt, in order. Linear. */
export function instructionsOf(text: string): readonly string[] {
  if (text.length > MAX_PROMPT) return [text];
  const quoted = [...text.matchAll(QUOTED)].map(({ index, 0: { length } }): Range => [index, index + length]);
  const labelled = [...text.matchAll(LABELLED)].map(({ index, 0: { length } }): Range => [
    index,
    index + length,
  ]);
  return without(text, [...tagged(text), ...sections(text), ...quoted, ...labelled, ...said(text)]);
}

function* tagged(text: string): Generator<Range> {
  const unclosed = new Set<string>();
  let reach = 0;
  for (const match of text.matchAll(TAG)) {
    const name = (match[1] ?? '').toLowerCase();
    if (match.index < reach || unclosed.has(name) || unclosed.size > MAX_UNCLOSED) continue;
    const end = text.indexOf(`</${match[1] ?? ''}>`, match.index);
    if (end < 0) unclosed.add(name);
    else yield [match.index, (reach = end + name.length + 3)];
  }
}

function* sections(text: string): Generator<Range> {
  let reach = 0;
  for (const match of text.matchAll(SECTION)) {
    if (match.index < reach) continue;
    NEXT_SECTION.lastIndex = match.index + match[0].length;
    reach = NEXT_SECTION.exec(text)?.index ?? text.length;
    yield [match.index, reach];
  }
}

function* said(text: string): Generator<Range> {
  for (const pattern of [TO_SAY, WITH, IDENTITY, IN_BRACKETS, TURN])
    for (const match of text.matchAll(pattern)) {
      const [all, what = ''] = match;
      const start = match.index + all.lastIndexOf(what);
      if (!ORDERS.test(what)) yield [start, start + what.length];
    }
}

function without(text: string, gone: Range[]): readonly string[] {
  const parts: string[] = [];
  let at = 0;
  for (const [start, end] of gone.sort((a, b) => a[0] - b[0])) {
    if (start > at) parts.push(text.slice(at, start));
    at = Math.max(at, end);
  }
  parts.push(text.slice(at));
  return parts;
}

/** Words that address a model, or name what it must keep secret. */
const INSTRUCTS =
  /\b(?:you are|you're|you will|you must|you should|you have|you can|your|never|always|do not|don't|must not|must|refuse|reveal|disclose|confidential|secret|internal|instructions?|system prompt|the user|users?|customers?|assistant|respond|du bist|sie sind|niemals|immer|tu es|vous êtes|jamais|toujours|eres|usted|nunca|siempre)\b/i;
/** A passage of this many consecutive words counts whatever its content. */
const LONG_PASSAGE = 24;

/** Whether a repeated passage reveals the instructions. Short ones do if they instruct. */
export function givesAway(passage: string, words: number): boolean {
  return words >= LONG_PASSAGE || INSTRUCTS.test(passage);
}
