import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One labelled text of the corpora, or one made up by `phrases.ts`. */
export interface Sample {
  readonly text: string;
  readonly attack: boolean;
  readonly source: string;
  /** In a tool result or a document. */
  readonly untrusted: boolean;
  /** Of an attack inside of a carrier: the attack alone. */
  readonly core: string | null;
  /** Texts of one cluster are variants of each other and share one weight. */
  readonly cluster: string;
  readonly lang: string;
  /** The fold in which its source is held out. */
  readonly fold: number;
}

/** One line of a corpus. */
export interface Row {
  readonly text: string;
  readonly label?: string;
  readonly source: string;
  readonly where?: string;
  readonly attack?: string;
  readonly cluster?: string;
  readonly kind?: string;
  /** Of a disguised text: what it says. */
  readonly plain?: string;
  readonly lang?: string;
}

/**
 * Sources that are held out together: in every fold one family of attacks and some families of benign texts, so that neither side was seen.
 * What matches none (-1) is trained on in every fold and measured in none.
 */
const FOLDS: readonly RegExp[] = [
  /^(?:asb_|bfcl_|docs_(?:agentgateway|ai-gateway|fastify))/,
  /^(?:bipia_|gsm8k|mgsm|own_mail|docs_(?:gateway|hono|istio|mod))/,
  /^(?:cse_|awesome_prompts|docs_(?:opentelemetry|pepr))/,
  /^(?:garak_|self_instruct|taubench_|pii|docs_(?:rekor))/,
  /^(?:giskard|llmguard|nemo|promptinject|agent_instruction|security_docs|docs_(?:undici|zod))/,
];
export const FOLD_COUNT = FOLDS.length;

export function foldOf(source: string): number {
  return FOLDS.findIndex((fold) => fold.test(source.replace('derived:', '')));
}

/** Reads `prompts.jsonl` and the texts of `pii.jsonl` (mails, forms, chats: benign to this detector). */
export function readCorpus(dir: string): readonly Sample[] {
  const prompts = rowsOf(join(dir, 'prompts.jsonl')).map((row) => sampleOf(row));
  const forms = rowsOf(join(dir, 'pii.jsonl')).map((row) => ({
    ...sampleOf({ ...row, label: 'benign', where: 'document' }),
    source: `pii_${row.source}`,
    fold: 3,
  }));
  return [...prompts, ...forms];
}

export function rowsOf(path: string): readonly Row[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

function sampleOf(row: Row): Sample {
  const core = row.attack ?? null;
  return {
    text: row.text,
    attack: row.label === 'injection' || row.label === 'jailbreak',
    source: row.source,
    untrusted: row.where !== 'user',
    core,
    cluster: row.cluster ?? core ?? row.text.slice(0, 60),
    lang: row.lang ?? 'en',
    fold: foldOf(row.source),
  };
}
