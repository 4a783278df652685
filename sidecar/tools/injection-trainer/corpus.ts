import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One labelled text of the corpora, of PyRIT's templates (`templates.ts`), or one of the project's own (`texts.ts`). */
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
 * Sources that are held out together: in each group some makers of attacks and some of honest texts. What matches none (-1) is trained on in
 * every group and measured in none.
 */
const GROUPS: readonly RegExp[] = [
  /^(?:cse_prompt_injection$|asb_|gsm8k|self_instruct|security_docs|docs_(?:agentgateway|ai-gateway|fastify)|pii_presidio_gen|spikee|cursor-mdc)/,
  /^(?:cse_prompt_injection_|bipia_|awesome_prompts|agent_instruction|docs_(?:gateway|hono|istio|mod)|pii_taubench|prompts-zh|cursorrules|bastioncorpus)/,
  /^(?:garak_|pyrit_wild|promptinject|bfcl_|cse_mitre_frr_|docs_(?:opentelemetry|pepr)|pii_presidio_rec|jailbench|hinglish|langkit|agent-injection)/,
  /^(?:giskard|llmguard|nemo|pyrit_|mgsm|cse_mitre_frr$|own_mail|taubench_|docs_(?:rekor|undici|zod)|pii_presidio_synth|tasktracker|copilot|cilada|weiseer)/,
];
/** Orders to an assistant by nature: learned as honest, but no measure of what documents say. */
export const INSTRUCTION_FILES = /^(?:copilot|cursorrules|cursor-mdc)$/;
export const GROUP_COUNT = GROUPS.length;

export function groupOf(source: string): number {
  return GROUPS.findIndex((group) => group.test(source.replace('derived:', '')));
}

/** Reads `prompts.jsonl` and the texts of `pii.jsonl` (mails, forms, chats: benign to this detector). */
export function readCorpus(dir: string): readonly Sample[] {
  const prompts = rowsOf(join(dir, 'prompts.jsonl')).map((row) => sampleOf(row));
  const forms = rowsOf(join(dir, 'pii.jsonl')).map((row) => ({
    ...sampleOf({ ...row, label: 'benign', where: 'document' }),
    source: `pii_${row.source}`,
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
  };
}
