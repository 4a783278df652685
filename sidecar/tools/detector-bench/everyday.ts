import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

import { foundBy, type Baselines, type Found } from './baselines.ts';
import { isAttack, rowsOf, some } from './corpora.ts';
import { entityOf, isStructured } from './personal.ts';
import { printed, SECTIONS } from './section.ts';
import { findsIn, isInjection, KEYWORDS, PERSONAL, SECRETS } from './verdicts.ts';
import { wilson } from './wilson.ts';

/** At most so many of a kind, so that one run takes minutes. */
const MOST = 200;
/** Of Presidio, which is slower by far. */
const MOST_OF_PRESIDIO = 25;
/** Kinds of the corpora by the names of their sources. */
const SOURCES: readonly (readonly [kind: string, source: RegExp])[] = [
  ['e-mails', /^(?:own_mail|bipia_email)/],
  ['support chats', /^taubench_retail_user/],
  ['code and configuration', /^docs_.*_(?:code|config)$/],
  ['documentation', /^docs_.*(?<!_code|_config)$/],
  ['role play', /^awesome_prompts/],
  ['security writing: documents', /^security_docs/],
  ['security writing: questions', /^cse_mitre_frr/],
  ['JSON of tools', /^(?:bfcl_tools|taubench_retail_(?:tool|record))/],
  ['instructions to agents', /^agent_instruction_files/],
  ['tasks', /^(?:self_instruct|bfcl_user)/],
  ['school mathematics', /^(?:gsm8k|mgsm)/],
];
/** What users and their agents write; the rest is found in documents and results of tools too, and is judged as such. */
const OF_USERS =
  /^(?:support chats|role play|security writing: questions|tasks|school|sentences: (?:roleplay|agents))/;

export interface Kind {
  readonly name: string;
  readonly texts: readonly string[];
}

/** Made-up sentences by kind, those that are known to be found among them. */
export function sentencesOf(path: string): readonly Kind[] {
  const kinds = parse(readFileSync(path, 'utf8')) as Readonly<Record<string, readonly string[]>>;
  return Object.entries(kinds).map(([name, texts]) => ({ name: `sentences: ${name}`, texts }));
}

/** The messages of this repository's commits, twenty to a text; none outside of a checkout. */
function gitLogs(): readonly Kind[] {
  try {
    const log = execFileSync('git', ['log', '-n', '3000', '--format=%h %an <%cs> %s%n%b%x00'], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const commits = log.split('\0\n').filter((commit) => commit.trim() !== '');
    const texts = Array.from({ length: Math.ceil(commits.length / 20) }, (_, at) =>
      commits.slice(20 * at, 20 * at + 20).join(''),
    );
    return [{ name: 'git log of this repository', texts }];
  } catch {
    return [];
  }
}

function kindsOf(corpora: string, sentences: string): readonly Kind[] {
  const harmless = (rowsOf(corpora, 'prompts.jsonl') ?? []).filter((row) => !isAttack(row));
  const forms = rowsOf(corpora, 'pii.jsonl') ?? [];
  const kinds = SOURCES.map(([name, source]) => ({
    name,
    texts: harmless.filter((row) => source.test(row.source)).map(({ text }) => text),
  }));
  const lookalikes = (rowsOf(corpora, 'pii_lookalike.jsonl') ?? []).map(({ text }) => text);
  return [
    ...kinds,
    {
      name: 'sentences and forms without personal data',
      texts: forms.filter(({ entities = [] }) => entities.length === 0).map(({ text }) => text),
    },
    { name: 'numbers, hashes and dates', texts: lookalikes },
    ...gitLogs(),
    ...sentencesOf(sentences),
  ].filter(({ texts }) => texts.length > 0);
}

/** Markdown lines: what is found in texts of every working day. `sentences`: the file of the made-up ones. */
export async function* everydayRates(
  corpora: string,
  sentences: string,
  { secretlint, guardrailsPersonal, guardrailsSecrets, presidio }: Baselines,
): AsyncGenerator<string> {
  const kinds = kindsOf(corpora, sentences).map(({ name, texts }) => ({ name, texts: some(texts, MOST) }));
  const all = kinds.flatMap(({ texts }) => texts);
  const linted = await foundBy(secretlint, all);
  const keys = await foundBy(guardrailsSecrets, all);
  const guarded = await foundBy(guardrailsPersonal, all);
  const few = kinds.map(({ texts }) => some(texts, MOST_OF_PRESIDIO));
  const analysed = await foundBy(presidio, few.flat());
  const isOffered = ({ type }: Found): boolean => isStructured(entityOf(type));
  let first = 0;
  let firstOfFew = 0;
  const rows = kinds.map(({ name, texts }, kind) => {
    const from = first;
    first += texts.length;
    const ofFew = analysed?.slice(firstOfFew, (firstOfFew += few[kind]?.length ?? 0));
    const share = (is: (text: string, at: number) => boolean): string =>
      wilson(texts.filter((text, at) => is(text, from + at)).length, texts.length);
    return [
      ...[name, String(texts.length)],
      share((text) => isInjection(text, !OF_USERS.test(name))),
      share((text) => findsIn(SECRETS, text)),
      share((text) => findsIn(PERSONAL, text)),
      share((text) => KEYWORDS.test(text)),
      linted === null ? 'not measured' : share((_, at) => linted[at]?.length !== 0),
      guarded === null || keys === null
        ? 'not measured'
        : share((_, at) => keys[at]?.length !== 0 || (guarded[at] ?? []).some(isOffered)),
      ofFew === undefined
        ? 'not measured'
        : wilson(ofFew.filter((found) => found.some(isOffered)).length, ofFew.length),
    ];
  });
  yield* printed(SECTIONS.everyday, rows);
}
