import { isRecord } from '../kinds/record.ts';
import { isAlias, isScalar, isSeq, type Document, type Node, type YAMLSeq } from 'yaml';

import { canonicalJson } from '../kinds/canonical-json.ts';
import { formatPath } from '../kinds/problem.ts';
import { policySchema, type PolicyDocument } from '../keys/schema.ts';
import { canonicalPolicy, writtenPolicy } from '../layers/canonical.ts';
import { findPolicy, POLICY_KEY } from './configmap.ts';
import { explainIssues } from './explain-issue.ts';
import { linesOf, stepsOf } from './line-steps.ts';
import { parsePolicy } from './parse.ts';
import { readYaml } from './yaml-text.ts';

/** Where a list stands: keys and indexes. */
type Path = readonly (string | number)[];

/** What cannot be written into the author's text. The message says where and what to do. */
export class CannotGrow extends Error {
  override readonly name = 'CannotGrow';
}

/**
 * The author's text (a document, or the manifest of a ConfigMap with one) with the lists of `grown`, which holds the document of the text and
 * more entries in some lists. Comments and order stay; new entries stand at the end of their lists. The result means exactly `grown`.
 * @throws CannotGrow where that is not so.
 */
export function growPolicy(text: string, source: string, grown: PolicyDocument): string {
  const found = findPolicy(text, source);
  if (!('text' in found)) throw new CannotGrow(`${source}: is no policy`);
  checkSize(grown, source);
  const inner = growDocument(found.text, source, grown);
  const result = found.name === null && found.text === text ? inner : insideOf(text, source, inner);
  const parsed = parsePolicy(result, source);
  if (!parsed.ok) throw tooMuch(source, parsed.problems[0] ?? { path: '', message: 'not a valid policy' });
  if (canonicalPolicy(parsed.document).sha256 !== canonicalPolicy(grown).sha256)
    throw new CannotGrow(
      `${source}: the additions cannot be written into this text without changing what else it means; merge them by hand`,
    );
  return result;
}

/** Before anything is written: that takes long for many entries. @throws CannotGrow where the additions exceed a limit of policies */
function checkSize(grown: PolicyDocument, source: string): void {
  const checked = policySchema.safeParse(writtenPolicy(grown));
  const [fault] = checked.success ? [] : explainIssues(checked.error.issues);
  if (fault !== undefined) throw tooMuch(source, { ...fault, path: formatPath(fault.path) });
}

/** The document without the additions was valid, so it is they that a limit of policies refuses. */
function tooMuch(source: string, problem: { readonly path: string; readonly message: string }): CannotGrow {
  const where = problem.path === '' ? '' : `${problem.path}: `;
  return new CannotGrow(
    `${source}: with the additions, ${where}${problem.message}; list patterns such as "llama-*", whose names are not added, or learn from less (of a record: --workload, --from, --to)`,
  );
}

function insideOf(text: string, source: string, inner: string): string {
  const document = documentOf(text, source);
  const node = document.getIn(['data', POLICY_KEY], true);
  if (!isScalar(node)) throw new CannotGrow(`${source}: has no text under ${POLICY_KEY}`);
  node.value = inner;
  return printed(document, text);
}

function growDocument(text: string, source: string, grown: PolicyDocument): string {
  const document = documentOf(text, source);
  const before: unknown = document.toJS();
  merge(document, [], [before, writtenPolicy(grown)]);
  return printed(document, text);
}

function documentOf(text: string, source: string): Document {
  const read = readYaml(text, { source, lines: 0, columns: 0 });
  if (!('document' in read)) throw new CannotGrow(`${source}: is not valid YAML`);
  return read.document;
}

type Pair = readonly [before: unknown, after: unknown];

/** Goes down where both have something, and adds what only the second has. Defaults that parsing fills in are none of an addition. */
function merge(document: Document, path: Path, [before, after]: Pair): void {
  if (Array.isArray(before) && Array.isArray(after)) appendTo(document, path, [before, after]);
  else if (isRecord(before) && isRecord(after)) {
    for (const [key, value] of Object.entries(after))
      if (key in before) merge(document, [...path, key], [before[key], value]);
      else if (isAddition(key, value)) put(document, [...path, key], withoutDefaults(value));
  }
}

/** Lists of these keys grow; every other key that only `after` has was filled in. */
const GROWING: ReadonlySet<string> = new Set([
  'models',
  'allow',
  'endpoints',
  'pass',
  'action',
  'hosts',
  'tools',
  'mcp',
  'resources',
  'prompts',
]);

function isAddition(key: string, value: unknown): boolean {
  if (!GROWING.has(key)) return false;
  return Array.isArray(value)
    ? value.length > 0
    : isRecord(value) && Object.entries(value).some(([name, item]) => isAddition(name, item));
}

function appendTo(document: Document, path: Path, [before, after]: readonly [unknown[], unknown[]]): void {
  const matched = new Set<number>();
  for (const item of after) {
    const at = before.findIndex((own, place) => !matched.has(place) && isSame(own, item));
    if (at >= 0) {
      matched.add(at);
      merge(document, [...path, at], [before[at], item]);
    } else listAt(document, path).add(document.createNode(withoutDefaults(item)));
  }
}

/** The same entry, of which a list inside may have grown. */
function isSame(own: unknown, other: unknown): boolean {
  if (isRecord(own) && isRecord(other)) {
    if ('server' in own) return own['server'] === other['server'];
    if ('paths' in own) return own['host'] === other['host'] && isSameSet(own['paths'], other['paths']);
    // One list of each layer.
    if (!('name' in own) && 'tools' in own) return 'tools' in other;
  }
  if (Array.isArray(own) && Array.isArray(other))
    return own.every((item) => other.some((each) => isSame(item, each)));
  return canonicalJson(plainName(own)) === canonicalJson(plainName(other));
}

function isSameSet(own: unknown, other: unknown): boolean {
  return (
    [own, other].every(Array.isArray) && canonicalJson(sortedSet(own)) === canonicalJson(sortedSet(other))
  );
}

function sortedSet(value: unknown): unknown {
  return Array.isArray(value) ? [...new Set(value.map(String))].sort() : value;
}

/** A mapping with a name and nothing else is that name. */
function plainName(value: unknown): unknown {
  const plain = withoutDefaults(value);
  if (!isRecord(plain) || Object.keys(plain).length !== 1) return plain;
  return plain['name'] ?? plain;
}

/** As people write it: nothing that would be so in any case. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key, item]) =>
          !(key === 'mode' && item === 'enforce') && !(key === 'pin' && item === true) && !isEmpty(item),
      )
      .map(([key, item]) => [key, withoutDefaults(item)]),
  );
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}

function put(document: Document, path: Path, value: unknown): void {
  document.setIn(path, document.createNode(value));
}

function listAt(document: Document, path: Path): YAMLSeq {
  const node = document.getIn(path, true) as Node | undefined;
  if (isSeq(node)) return node;
  const where = path.join('.');
  throw new CannotGrow(
    isAlias(node)
      ? `${where}: is an alias of another list, which would grow too; write the list out`
      : `${where}: is no list`,
  );
}

/** With the indentation of the author; a line that says the same as one of the author's is that one. */
function printed(document: Document, text: string): string {
  const list = /^( *)[^\s#-][^\n]*:[^\S\n]*(?:#[^\n]*)?\n( *)- /m.exec(text);
  const made = document.toString({
    lineWidth: 0,
    indent: /^( +)[^\s#-]/m.exec(text)?.[1]?.length ?? 2,
    indentSeq: list === null || (list[2]?.length ?? 0) > (list[1]?.length ?? 0),
    flowCollectionPadding: !/\{[^\s{}]/.test(text),
  });
  const isTight = /\[[^\s[\]]/.test(text) || !text.includes('[');
  const steps = stepsOf(linesOf(text), linesOf(made), withoutInnerSpaces);
  return steps
    .filter(({ mark }) => mark !== '-')
    .map(({ mark, text: line }) => `${mark === '+' && isTight ? tightened(line) : line}\n`)
    .join('');
}

function withoutInnerSpaces(line: string): string {
  return line.replace(/(?<=\S) +/g, '');
}

/** `[ a ]` as `[a]`; quoted text and comments stay. */
function tightened(line: string): string {
  return line.replace(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'| #.*$|\[ +| +\]/g, (part) =>
    part.startsWith('[') ? '[' : part.endsWith(']') && part.startsWith(' ') ? ']' : part,
  );
}
