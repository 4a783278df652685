import type { Request, Response } from 'express';
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from 'node:zlib';
import { promisify } from 'node:util';

/** RFC 9110 §8.4.1. */
export type Coding = 'br' | 'gzip';

/** Smaller bodies fit a packet anyway. */
const MIN_BYTES = 1_024;
/** As good as gzip at its best, and as fast as it at its default. */
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const BEST = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
const CODERS = { br: promisify(brotliCompress), gzip: promisify(gzip) } as const;

/** The best coding that `Accept-Encoding` lists. Null: none of ours, or each is refused by `q=0`. */
export function codingOf(header: string | undefined): Coding | null {
  const accepted = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';').map((each) => each.trim()))
    .filter(([, ...more]) => !more.some((each) => /^q=0(?:\.0{0,3})?$/.test(each)))
    .map(([name]) => name);
  return (['br', 'gzip'] as const).find((coding) => accepted.includes(coding)) ?? null;
}

/** A body in each coding, made once with the most effort. */
export function encodings(body: Buffer): Readonly<Record<Coding, Buffer>> {
  return { br: brotliCompressSync(body, BEST), gzip: gzipSync(body, { level: 9 }) };
}

/** Answers with a body in a coding; null: as it is. */
export function sendEncoded(response: Response, body: Buffer, coding: Coding | null): void {
  response.vary('accept-encoding');
  if (coding !== null) response.setHeader('content-encoding', coding);
  response.setHeader('content-length', body.length);
  response.end(body);
}

/**
 * Answers with JSON, compressed where the client accepts it. No answer of the console holds a secret beside what a user wrote, from whose length it
 * could be guessed.
 */
export async function sendJson(request: Request, response: Response, answer: object): Promise<void> {
  const body = Buffer.from(JSON.stringify(answer));
  const coding = body.length < MIN_BYTES ? null : codingOf(request.headers['accept-encoding']);
  response.type('application/json');
  if (coding === null) sendEncoded(response, body, null);
  else
    sendEncoded(response, coding === 'br' ? await CODERS.br(body, QUALITY) : await CODERS.gzip(body), coding);
}
