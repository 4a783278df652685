import { readdirSync, readFileSync } from 'node:fs';

import type { Sample } from './corpus.ts';

/**
 * The project's own texts: `texts/*.txt`. A line `@ attack user de` begins a section (`attack` or `benign`; `user` or `untrusted`; a
 * language, or `*` for each of LANGUAGES); the other lines are templates. `{slot}` is filled from `slots*.txt`, with the options of the
 * section's language (`slot.de`) or those for all.
 */
const FOLDER = new URL('./texts/', import.meta.url);
const LANGUAGES = 'ar cs de es fr hi hu id it ja ko nl pl pt ru sw th tr vi zh'.split(' ');
/** Fillings of one template. */
const MOST_FILLED = 12;
/** Deeper nested slots are left as they are. */
const MOST_SLOTS = 64;
const SLOT = /\{(\w+)\}/;
export const OWN = 'own_';
/** Sources of these texts (`own_mail` is one of the corpora). */
export const OWN_TEXTS = /^own_(?:attacks|benign)_/;

interface Section {
  readonly attack: boolean;
  readonly untrusted: boolean;
  readonly languages: readonly string[];
}

type Pick = (options: readonly string[]) => string;

/** All of them, in the same order and with the same fillings each time. */
export function ownSamples(folder: URL = FOLDER): readonly Sample[] {
  const files = readdirSync(folder).sort();
  const linesOf = (file: string): readonly string[] =>
    readFileSync(new URL(file, folder), 'utf8').split('\n');
  const slots = slotsOf(files.filter((file) => file.startsWith('slots')).flatMap(linesOf));
  const samples: Sample[] = [];
  let section: Section | null = null;
  for (const line of files.filter((file) => !file.startsWith('slots')).flatMap(linesOf)) {
    if (line.startsWith('@ ')) section = sectionOf(line);
    else if (line !== '' && section !== null)
      for (const lang of section.languages)
        for (const text of fillings(line, section, lang, slots))
          samples.push({
            text,
            attack: section.attack,
            source: `${OWN}${section.attack ? 'attacks' : 'benign'}_${section.untrusted ? 'data' : 'user'}_${lang}`,
            untrusted: section.untrusted,
            core: null,
            cluster: line + lang,
            lang,
          });
  }
  return samples;
}

function slotsOf(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const slots = new Map<string, readonly string[]>();
  for (const line of lines) {
    const [, name, options] = /^([\w.]+) = (.*)$/.exec(line) ?? [];
    if (name !== undefined && options !== undefined) slots.set(name, options.split(' | '));
  }
  return slots;
}

/** @throws Error if the line is no head of a section. */
function sectionOf(line: string): Section {
  const [, label, place, lang] = /^@ (attack|benign) (user|untrusted) (\w\w|\*)$/.exec(line) ?? [];
  if (lang === undefined) throw new Error(`no section: ${line}`);
  return {
    attack: label === 'attack',
    untrusted: place === 'untrusted',
    languages: lang === '*' ? LANGUAGES : [lang],
  };
}

/** Different texts; every second attack in data stands beside or between sentences of honest data. */
function fillings(
  template: string,
  { attack, untrusted }: Section,
  lang: string,
  slots: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const pick = pickFrom(hashOf(template + lang));
  const fill = (text: string): string => filled(text, lang, slots, pick);
  const texts = new Set<string>();
  for (let round = 0; round < 2 * MOST_FILLED && texts.size < MOST_FILLED; round++) texts.add(fill(template));
  if (!attack || !untrusted) return [...texts];
  const before = lang === 'en' ? '{doc} {mail2}' : '{plain}';
  const behind = lang === 'en' ? '{docstep} {news}' : '{plain}';
  return [...texts].map((text, at) =>
    at % 2 === 1
      ? text
      : fill(pick([`${before} ${text} ${behind}`, `${before} ${text}`, `${text} ${behind}`])),
  );
}

/** @throws Error if a slot is not known. */
function filled(
  template: string,
  lang: string,
  slots: ReadonlyMap<string, readonly string[]>,
  pick: Pick,
): string {
  let text = template;
  for (let round = 0; round < MOST_SLOTS && SLOT.test(text); round++)
    text = text.replace(SLOT, (_, name: string) => {
      const options = slots.get(`${name}.${lang}`) ?? slots.get(name);
      if (options === undefined) throw new Error(`slot ${name} of "${template}" has no options`);
      return pick(options);
    });
  return text;
}

function pickFrom(start: number): Pick {
  let seed = start;
  return (options) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return options[(seed >>> 8) % options.length] ?? '';
  };
}

/** Spreads texts over folds, and begins the picks of a template. */
export function hashOf(text: string): number {
  let hash = 7;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) & 0x7fffffff;
  return hash;
}
