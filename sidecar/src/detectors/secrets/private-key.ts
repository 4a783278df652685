import RE2 from 're2';
import type { Detector, Finding } from '../detector.ts';
import { readable, withoutHalf } from '../patterns/index.ts';

export const PRIVATE_KEY_RULE = 'secret.private-key';

/** UTF-16 code units of a block from its header on. An 8192-bit RSA key takes 6,400; what is longer is cut there. */
const LIMIT = 8192;
/** A block must have this many base64 characters in a row soon after its header to be more than a mention. */
const KEY_MATERIAL = /[A-Za-z0-9+/]{24}/;
/** Where none has come after so many code units, the header was only mentioned. */
const PATIENCE = 512;
const LEAD = '-----BEGIN ';
const LONGEST_LABEL = 40;
const HEADER = new RE2('-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----', 'gu');
const FOOTER = new RE2('-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----', 'u');

/**
 * PEM and OpenPGP private keys, from the header to the footer, also with escaped line breaks. A block without footer reaches to the limit
 * or the end of the text. A stream holds a block until its footer or the limit has come: then it is all one finding.
 */
export function createPrivateKeyDetector(): Detector {
  return { id: PRIVATE_KEY_RULE, scan, hold };
}

interface Block {
  readonly start: number;
  readonly end: number;
  readonly isKey: boolean;
  /** True where more text could change the block. */
  readonly open: boolean;
}

function* blocks(text: string): Generator<Block> {
  if (!text.includes(LEAD)) return;
  HEADER.lastIndex = 0;
  const headers = [...text.matchAll(HEADER)].map((match) => match.index);
  let reach = 0;
  for (const start of headers) {
    if (start < reach) continue;
    const window = withoutHalf(text.slice(start, start + LIMIT));
    const footer = FOOTER.exec(window);
    const end = start + (footer === null ? window.length : footer.index + footer[0].length);
    const isKey = KEY_MATERIAL.test(text.slice(start + LEAD.length, Math.min(end, start + PATIENCE)));
    const open = footer === null && start + LIMIT > text.length && (isKey || start + PATIENCE > text.length);
    if (!isKey && !open) continue;
    reach = end;
    yield { start, end, isKey, open };
  }
}

function scan(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { start, end, isKey } of blocks(readable(text))) {
    if (isKey) findings.push({ rule: PRIVATE_KEY_RULE, start, end, score: 1 });
  }
  return findings;
}

function hold(arrived: string): number {
  const text = readable(withoutHalf(arrived));
  for (const block of blocks(text)) if (block.open) return block.start;
  return holdHeader(text);
}

/** The beginning of what may become a header. */
function holdHeader(text: string): number {
  const from = Math.max(0, text.length - LEAD.length - LONGEST_LABEL - '-----PRIVATE KEY BLOCK-----'.length);
  const tail = text.slice(from);
  for (let at = tail.indexOf('-'); at >= 0; at = tail.indexOf('-', at + 1)) {
    const rest = tail.slice(at);
    if (LEAD.startsWith(rest) || /^-----BEGIN [A-Z0-9 ]{0,58}-{0,4}$/.test(rest)) return from + at;
  }
  return text.length;
}
