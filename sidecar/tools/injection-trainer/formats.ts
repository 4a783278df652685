/** Formats in which others publish texts. What is not of the form is an error: a source is read whole, or not at all. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export type Fields = Readonly<Record<string, unknown>>;

/** @throws Error if the field is no string */
export function stringOf(row: Fields, field: string): string {
  const value = row[field];
  if (typeof value !== 'string') throw new Error(`a row has no text under "${field}"`);
  return value;
}

export function jsonLines(file: string): readonly Fields[] {
  return linesOf(file).map((line) => JSON.parse(line) as Fields);
}

export function jsonFile(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

export function yamlFile(file: string): unknown {
  return parse(readFileSync(file, 'utf8'));
}

/** Lines that say something. */
export function linesOf(file: string): readonly string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Rows under the names of the first one (RFC 4180). */
export function csvRows(file: string): readonly Fields[] {
  const [names = [], ...rows] = cellsOf(readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
  return rows
    .filter((row) => row.length === names.length)
    .map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])));
}

function cellsOf(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== ',') rows.push([]);
  }
  return rows.filter((row) => row.length > 1);
}

/** Paths and texts of the files below a folder, in an order of their own. */
export function filesBelow(folder: string, name: RegExp): readonly (readonly [string, string])[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => name.test(path))
    .sort()
    .map((path) => [path, readFileSync(join(folder, path), 'utf8')] as const);
}

/** What stands behind the front matter of a file of Markdown. */
export function withoutFrontMatter(text: string): string {
  return text.replace(/^---\r?\n[\s\S]*?\n---\r?\n/, '').trim();
}
