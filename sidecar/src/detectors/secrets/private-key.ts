import RE2 from 're2';
import {
  AT_START,
  type Detector,
  type Finding,
  type Progress,
  type Resumed,
  type RunningPart,
} from '../detector.ts';
import { readable, withoutHalf } from '../patterns/index.ts';

export const PRIVATE_KEY_RULE = 'secret.private-key';

/** Maximum length of a block from its header, in UTF-16 code units. An 8192-bit RSA key takes 6,400; longer blocks are cut. */
const LIMIT = 8192;
/** Minimum run of base64 characters soon after the header; without it the header is only mentioned. */
const MATERIAL_LENGTH = 24;
const KEY_MATERIAL = new RE2(`[A-Za-z0-9+/]{${MATERIAL_LENGTH}}`, 'gu');
/** Distance from the header within which the base64 must begin. */
const PATIENCE = 512;
const LEAD = '-----BEGIN ';
const LONGEST_LABEL = 40;
const HEADER = new RE2('-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----', 'gu');
const FOOTER = new RE2('-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----', 'gu');

/**
 * PEM and OpenPGP private keys, from the header to the footer, also with escaped line breaks. A block without footer extends to the limit
 * or the end of the text. A stream holds a block until its footer or the limit arrived: then it is one finding.
 */
export function createPrivateKeyDetector(): Detector {
  return { id: PRIVATE_KEY_RULE, scan, hold, resume };
}

interface Block {
  readonly start: number;
  readonly end: number;
  /** End of its header. */
  readonly headerEnd: number;
  readonly isKey: boolean;
  /** True if more text could change the block. */
  readonly open: boolean;
}

/**
 * Finds the next match of an expression for ascending offsets: a match is cached until it is passed, so that all calls together cost one
 * pass over the text, however many headers there are.
 */
class Next {
  readonly #text: string;
  readonly #expression: RE2;
  #at = -1;
  #end = -1;

  constructor(text: string, expression: RE2) {
    this.#text = text;
    this.#expression = expression;
  }

  /** The first match that begins at `from` or later. */
  after(from: number): { readonly at: number; readonly end: number } {
    if (this.#at < from) {
      this.#expression.lastIndex = from;
      const found = this.#expression.exec(this.#text);
      this.#at = found?.index ?? Infinity;
      this.#end = found === null ? Infinity : found.index + found[0].length;
    }
    return { at: this.#at, end: this.#end };
  }
}

/** The blocks whose headers begin at `from` or later; headers inside an earlier block do not count. */
function* blocks(text: string, from = 0, reached = 0): Generator<Block> {
  if (!text.includes(LEAD)) return;
  const headers = new Next(text, HEADER);
  const footers = new Next(text, FOOTER);
  const material = new Next(text, KEY_MATERIAL);
  let reach = reached;
  for (let header = headers.after(from); header.at < text.length; header = headers.after(header.end)) {
    const { at: start, end: headerEnd } = header;
    if (start < reach) continue;
    const limit = start + withoutHalf(text.slice(start, start + LIMIT)).length;
    const footer = footers.after(start).end;
    const closed = footer <= limit;
    const end = closed ? footer : limit;
    const first = material.after(start + LEAD.length).at;
    const isKey = first + MATERIAL_LENGTH <= Math.min(end, start + PATIENCE);
    const open = !closed && start + LIMIT > text.length && (isKey || start + PATIENCE > text.length);
    if (isKey) reach = end;
    yield { start, end, headerEnd, isKey, open };
  }
}

function scan(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { start, end, isKey } of blocks(readable(text))) {
    if (isKey) findings.push({ rule: PRIVATE_KEY_RULE, start, end, score: 1 });
  }
  return findings;
}

/** `resumes` of the only pattern here: where the search for headers resumes. */
function resume({ text, base, until }: RunningPart, { from, reach, resumes }: Progress): Resumed {
  const findings: Finding[] = [];
  let next = Math.max(from, resumes.get(0) ?? 0);
  let latest = reach;
  for (const block of blocks(readable(text), next - base, reach - base)) {
    const start = block.start + base;
    if (start >= until) break;
    next = block.headerEnd + base;
    if (!block.isKey) continue;
    latest = block.end + base;
    findings.push({ rule: PRIVATE_KEY_RULE, start, end: latest, score: 1 });
  }
  const later = next > until ? new Map([[0, next]]) : AT_START.resumes;
  return { findings, progress: { ...AT_START, from: until, reach: latest, resumes: later } };
}

function hold(arrived: string, from = 0): number {
  const text = readable(withoutHalf(arrived));
  for (const block of blocks(text, from)) if (block.open) return block.start;
  return Math.max(Math.min(from, text.length), holdHeader(text));
}

/** The beginning of a possible header. */
function holdHeader(text: string): number {
  const from = Math.max(0, text.length - LEAD.length - LONGEST_LABEL - '-----PRIVATE KEY BLOCK-----'.length);
  const tail = text.slice(from);
  for (let at = tail.indexOf('-'); at >= 0; at = tail.indexOf('-', at + 1)) {
    const rest = tail.slice(at);
    if (LEAD.startsWith(rest) || /^-----BEGIN [A-Z0-9 ]{0,58}-{0,4}$/.test(rest)) return from + at;
  }
  return text.length;
}
