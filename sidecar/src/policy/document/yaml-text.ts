import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';

import type { PathPart, Problem } from '../kinds/problem.ts';

/** A ConfigMap holds at most 1 MiB. */
const MAX_TEXT = 1 << 20;
const MAX_ALIASES = 64;
const MAX_PROBLEMS = 50;

/** Position of a text inside a larger file, so that positions are those of the file. */
export interface Origin {
  readonly source: string;
  /** Added to line and column. */
  readonly lines: number;
  readonly columns: number;
}

/** A parsed YAML text: its value, and the position of each part. */
export interface YamlText {
  readonly value: unknown;
  readonly document: Document;
  /** The problem at the key or value of a path, or at the nearest existing part above. */
  problem(path: readonly PathPart[], text: string, message: string, at: 'key' | 'value'): Problem;
}

/**
 * Reads one YAML 1.2 document of the core schema: no duplicate keys, no tags, no second document, few aliases. Returns all problems instead
 * of a value if there are any.
 */
export function readYaml(text: string, origin: Origin): YamlText | readonly Problem[] {
  const whole = { source: origin.source, line: null, column: null, path: '' };
  if (text.length > MAX_TEXT)
    return [{ ...whole, message: `longer than ${MAX_TEXT} characters, which no ConfigMap holds; split it` }];
  const counter = new LineCounter();
  const document = parse(text, counter);
  if (document === null) return [{ ...whole, message: 'nested too deeply to be a policy' }];
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = counter.linePos(offset);
    return { line: line + origin.lines, column: col + origin.columns };
  };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    return faults.slice(0, MAX_PROBLEMS).map((fault) => ({
      ...whole,
      ...place(fault.pos[0]),
      message: explainYaml(fault.code, fault.message),
    }));
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    return [{ ...whole, message: `more than ${MAX_ALIASES} uses of YAML aliases; write the values out` }];
  }
  return {
    value,
    document,
    problem: (path, pathText, message, at) => {
      const offset = offsetOf(document, path, at);
      return { source: origin.source, ...place(offset), path: pathText, message };
    },
  };
}

/** Null if the text is nested more deeply than the stack allows. */
function parse(text: string, lineCounter: LineCounter): Document | null {
  try {
    const document = parseDocument(text, {
      lineCounter,
      uniqueKeys: true,
      strict: true,
      version: '1.2',
      schema: 'core',
      prettyErrors: false,
    });
    // The parser itself reports an exhausted stack as a fault of the text.
    return document.errors.some((fault) => fault.message.includes('call stack')) ? null : document;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function explainYaml(code: string, message: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this key is given twice; keep one of them';
    case 'MULTIPLE_DOCS':
      return 'a second YAML document begins here; use one document per file';
    case 'TAG_RESOLVE_FAILED':
      return 'YAML tags (!…) are not allowed; write a plain value';
    case 'TAB_AS_INDENT':
      return 'a tab is used to indent; use spaces';
    default:
      return `not valid YAML: ${message.replace(/\n[^]*$/, '')}`;
  }
}

/** Follows the path as far as it exists. */
function offsetOf(document: Document, path: readonly PathPart[], at: 'key' | 'value'): number {
  let node: Node | null = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, part] of path.entries()) {
    const last = depth === path.length - 1;
    const step = child(node, part);
    if (step === null) return offset;
    offset = (last && at === 'key' ? startOf(step.key) : startOf(step.value)) ?? startOf(step.key) ?? offset;
    node = step.value;
  }
  return offset;
}

function child(node: Node | null, part: PathPart): { key: Node | null; value: Node | null } | null {
  if (isSeq(node) && typeof part === 'number') {
    const item = node.items[part];
    if (item === undefined || isPair(item)) return null;
    return { key: item as Node, value: item as Node };
  }
  if (!isMap(node)) return null;
  for (const { key, value } of node.items) {
    if (isScalar(key) && String(key.value) === String(part))
      return { key, value: (value ?? null) as Node | null };
  }
  return null;
}

function startOf(node: Node | null): number | null {
  return node?.range?.[0] ?? null;
}
