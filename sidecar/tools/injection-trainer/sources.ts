/**
 * Texts of others beside the corpora. The folder of sources has a folder for each: a package from PyPI or a repository at the version that the model
 * card names, unpacked.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Sample } from './corpus.ts';
import {
  csvRows,
  filesBelow,
  jsonFile,
  jsonLines,
  linesOf,
  stringOf,
  withoutFrontMatter,
  yamlFile,
} from './formats.ts';
import { readTemplates } from './templates.ts';
import { hashOf } from './texts.ts';

interface Text {
  readonly text: string;
  readonly attack: boolean;
  readonly untrusted?: boolean;
  readonly lang?: string;
  /** Of variants of each other, the same. */
  readonly cluster?: string;
}

/** What is learned of a longer text, and of a source. */
const MOST_CHARACTERS = 3_000;
const MOST_TEXTS = 400;
const LEADING = 60;
/** Texts of one template of JailBench. */
const OF_TEMPLATE = 3;
const INSTRUCTION = '<INSTRUCTION>';
/** Jailbreaks among the roles of a collection. */
const NO_HONEST_ROLE = /\bDAN\b|没有伦理道德|道德和法律限制/;

const READERS: Readonly<Record<string, (folder: string) => readonly Text[]>> = {
  spikee: (folder) => {
    const below = join(folder, 'spikee/data/workspace/datasets');
    const set = (name: string): readonly Record<string, unknown>[] => [...jsonLines(join(below, name))];
    const orders = set('seeds-cybersec-2026-01/instructions.jsonl');
    const wrapped = ['seeds-investment-advice', 'seeds-sysmsg-extraction-2025-04', 'seeds-llm-mailbox']
      .flatMap((name) => set(`${name}/jailbreaks.jsonl`))
      .map((row, at) => {
        const lang = row['lang'] ?? 'en';
        const fitting = orders.filter((order) => (order['lang'] ?? 'en') === lang);
        const order = fitting[at % fitting.length];
        const template = stringOf(row, 'text');
        return attackOf(
          template.replace(INSTRUCTION, order === undefined ? '' : stringOf(order, 'instruction')),
          {
            cluster: template,
          },
        );
      });
    const leaks = set('seeds-sysmsg-extraction-2025-04/instructions.jsonl').map((row) =>
      attackOf(stringOf(row, 'instruction')),
    );
    const honest = ['seeds-investment-advice', 'seeds-investment-advice-fp']
      .flatMap((name) => set(`${name}/standalone_user_inputs.jsonl`))
      .map((row) => honestOf(stringOf(row, 'text')));
    return [...wrapped, ...leaks, ...honest];
  },
  tasktracker: (folder) => {
    const below = join(folder, 'task_tracker/dataset_creation/datasets');
    const triggers = linesOf(join(below, 'saved_injections.txt'));
    const tasks = linesOf(join(below, 'translated_secondary_tasks.txt'));
    return triggers.map((trigger, at) =>
      attackOf(`${trigger} ${tasks[at % tasks.length] ?? ''}`, { untrusted: true, cluster: trigger }),
    );
  },
  jailbench: (folder) => {
    const seen = new Map<string, number>();
    return csvRows(join(folder, 'JailBench.csv')).flatMap((row) => {
      const text = stringOf(row, 'query');
      const cluster = text.slice(0, 20);
      const count = (seen.get(cluster) ?? 0) + 1;
      seen.set(cluster, count);
      return count > OF_TEMPLATE ? [] : [attackOf(text, { cluster, lang: 'zh' })];
    });
  },
  cilada: (folder) =>
    filesBelow(join(folder, 'cilada/attacks'), /^\w+\/injecao\.yaml$/).flatMap(([path]) =>
      listOf(yamlFile(join(folder, 'cilada/attacks', path)), 'ataques').flatMap((row) =>
        textsIn(row['turnos']).map((text) => attackOf(text, { lang: 'pt' })),
      ),
    ),
  weiseer: (folder) =>
    listOf(yamlFile(join(folder, 'weiseer_prompt_redteam/attacks.yaml')), 'attacks').map((row) =>
      attackOf(stringOf(row, 'payload')),
    ),
  bastioncorpus: (folder) =>
    jsonLines(join(folder, 'bastioncorpus/corpus/injections.jsonl')).map((row) => ({
      text: stringOf(row, 'text'),
      attack: row['label'] === 'malicious',
      untrusted: row['channel'] !== 'user_input',
      lang: stringOf(row, 'lang'),
    })),
  'agent-injection-bench': (folder) =>
    jsonLines(join(folder, 'aib/data/attacks.jsonl')).flatMap((row) =>
      typeof row['injected'] === 'string' ? [attackOf(row['injected'], { untrusted: true })] : [],
    ),
  langkit: (folder) => {
    const themes = jsonFile(join(folder, 'langkit/themes.json')) as Readonly<Record<string, unknown>>;
    return textsIn(themes['jailbreak']).map((text) => attackOf(text));
  },
  hinglish: (folder) =>
    csvRows(join(folder, 'data/hinglish-clean-500.csv')).map((row) =>
      honestOf(stringOf(row, 'hinglish'), { lang: 'hi' }),
    ),
  'prompts-zh': (folder) =>
    (jsonFile(join(folder, 'prompts-zh.json')) as readonly Readonly<Record<string, unknown>>[])
      .map((row) => honestOf(stringOf(row, 'prompt'), { lang: 'zh' }))
      .filter(({ text }) => !NO_HONEST_ROLE.test(text)),
  copilot: (folder) => instructionFiles(folder, /^(?:instructions|agents|skills)\/.*\.md$/),
  cursorrules: (folder) => instructionFiles(folder, /^rules\/.*\.mdc$/),
  'cursor-mdc': (folder) => instructionFiles(folder, /^rules-mdc\/.*\.mdc$/),
};

/**
 * All of them; `corpora` first has PyRIT's templates.
 * @throws Error that names the source that is absent, or what of it is not of its form
 */
export function readSources(folder: string): readonly Sample[] {
  const missing = ['pyrit', ...Object.keys(READERS)].filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0)
    throw new Error(
      `${folder} has no folder ${missing.join(', ')}: the model card says what belongs there (docs/reference/injection-model.md)`,
    );
  return [
    ...readTemplates(join(folder, 'pyrit/pyrit/datasets/jailbreak/templates')),
    ...Object.entries(READERS).flatMap(([name, read]) => samplesOf(name, read(join(folder, name)))),
  ];
}

function samplesOf(name: string, texts: readonly Text[]): readonly Sample[] {
  const short = texts.map((each) => ({ ...each, text: each.text.trim().slice(0, MOST_CHARACTERS) }));
  const kept = [
    ...new Map(short.filter(({ text }) => text !== '').map((each) => [each.text, each])).values(),
  ];
  const chosen = [true, false].flatMap((attack) =>
    kept
      .filter((each) => each.attack === attack)
      .sort((a, b) => hashOf(a.text) - hashOf(b.text))
      .slice(0, MOST_TEXTS),
  );
  if (chosen.length === 0) throw new Error(`the source ${name} has no texts where they are expected`);
  return chosen.map(({ text, attack, untrusted = false, lang = 'en', cluster }) => ({
    text,
    attack,
    source: name,
    untrusted,
    core: null,
    cluster: cluster ?? text.slice(0, LEADING),
    lang,
  }));
}

function attackOf(text: string, more: Partial<Text> = {}): Text {
  return { text, attack: true, ...more };
}

function honestOf(text: string, more: Partial<Text> = {}): Text {
  return { text, attack: false, ...more };
}

function instructionFiles(folder: string, path: RegExp): readonly Text[] {
  return filesBelow(folder, path).map(([, text]) => honestOf(withoutFrontMatter(text), { untrusted: true }));
}

function listOf(document: unknown, field: string): readonly Readonly<Record<string, unknown>>[] {
  const list = (document as Readonly<Record<string, unknown>>)[field];
  if (!Array.isArray(list)) throw new Error(`no list under "${field}"`);
  return list as readonly Readonly<Record<string, unknown>>[];
}

function textsIn(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((each): each is string => typeof each === 'string') : [];
}
