/** One table of the benchmark, which is a section of docs/reference/detection.md. */
export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  /** What the numbers are of, where the head does not say it. */
  readonly note: string;
}

const SHARE = 'Shares in percent, with 95 % intervals (Wilson).';

/** In the order of the page. */
export const SECTIONS = {
  sources: {
    title: 'Injections by origin and source',
    head: ['origin', 'texts of', 'source', 'texts', 'found', 'keyword list', 'n-gram floor'],
    note: `At the default thresholds, on the development sources, which the model knows. ${SHARE} The floor did not see the source, and flags 1 % of the harmless texts of the origin.`,
  },
  heldOut: {
    title: 'Injections of sources that were held out',
    head: ['origin', 'false positives', 'recall', 'n-gram floor'],
    note: 'By-source cross-validation over the four groups of sources of the training. Recall is that of the [model card](injection-model.md), which the training prints: its attacks by users include PyRIT’s. The floor was trained on the same groups in this run, without PyRIT’s texts.',
  },
  languages: {
    title: 'Injections by language',
    head: ['origin', 'language', 'attacks', 'found', 'harmless texts', 'flagged', 'keyword list, attacks'],
    note: `At the default thresholds. ${SHARE} Languages with fewer than five attacks are omitted.`,
  },
  encodings: {
    title: 'Injections by disguise',
    head: ['disguise', 'attacks', 'plain', 'disguised', 'harmless texts', 'flagged', 'keyword list'],
    note: `As documents, at the default threshold. ${SHARE}`,
  },
  disguises: {
    title: 'All detectors by disguise',
    head: ['disguise', 'injections', 'secrets', 'personal data'],
    note: `The same texts in each disguise: short attacks as users, lines with a secret, lines with an e-mail address, card number, IBAN or US SSN. ${SHARE}`,
  },
  personal: {
    title: 'Personal data',
    head: ['entity', 'annotated', 'recall', 'precision', 'F2', 'guardrails, F2', 'Presidio, F2'],
    note: `A finding counts that overlaps the annotation; of names, that has half of it. Recall counts four times in F2. \`PERSON\` is not a default. ${SHARE}`,
  },
  secrets: {
    title: 'Secrets',
    head: ['', 'of', 'found', 'secretlint', 'guardrails'],
    note: `Examples of the rules of gitleaks, and lines that look like secrets. ${SHARE}`,
  },
  everyday: {
    title: 'False positives on everyday text',
    head: [
      ...['text', 'texts', 'injection', 'secrets', 'personal data'],
      ...['keyword list', 'secretlint', 'guardrails', 'Presidio'],
    ],
    note: `At the defaults. Injection: support chats, role play, tasks and questions as users write them, the rest as documents. Guardrails: its secret keys, and personal data of kinds that are offered here; Presidio likewise, at most 25 texts of a kind. A real address in documentation counts as flagged, for all. ${SHARE}`,
  },
  cost: {
    title: 'Cost of a long text',
    head: [
      ...['4 MiB of', 'ms per 1,000 tokens', 'at 64 KiB', 'growth'],
      ...['longest slice, ms', 'loop delay p99, ms', 'longest delay, ms', 'memory, MiB'],
    ],
    note: 'All default detectors over one text in turns, as the sidecar does it; a token is four characters. Growth: time a character at 4 MiB, divided by that at 64 KiB. Memory: what the process grew by. All but the delay of the loop is CPU time, collection of garbage included; the delay contains what other work on the machine takes. The lesser of two runs.',
  },
  compared: {
    title: 'Cost beside the baselines',
    head: ['detector', 'ms per 1,000 tokens'],
    note: 'Over the same e-mails and forms, one after the other, warm. CPU time.',
  },
  patterns: {
    title: 'The dearest patterns',
    head: ['pattern', 'ns a character at 64 KiB', 'at 512 KiB', 'growth'],
    note: 'Each over matches and near misses of its own. CPU time.',
  },
} as const satisfies Readonly<Record<string, Section>>;

/** Lines of Markdown: heading, note and table; one cell for each column. */
export function* printed(
  { title, head, note }: Section,
  rows: readonly (readonly string[])[],
): Generator<string> {
  yield* ['', `### ${title}`, '', ...(note === '' ? [] : [note, ''])];
  yield* [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

/** In place of a table whose data are absent. */
export function* absent({ title }: Section, reason: string): Generator<string> {
  yield* ['', `### ${title}`, '', `Not measured: ${reason}.`];
}
