import type { Request, Response } from 'express';
import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

import { codingOf, encodings, sendEncoded, type Coding } from './coding.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};
const INDEX = 'index.html';

interface PageFile {
  readonly type: string;
  readonly version: string;
  readonly body: Buffer;
  readonly encoded: Readonly<Record<Coding, Buffer>>;
}

function fileOf(name: string, body: Buffer): PageFile {
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
  return { type, body, version: hash('sha256', body, 'hex').slice(0, 16), encoded: encodings(body) };
}

/**
 * The files of the page, in memory and compressed. `index.html` is never kept by browsers and names the others by their content (`main.js?v=…`), so
 * that these are kept for as long as they are the same.
 */
export class PageFiles {
  readonly #files: ReadonlyMap<string, PageFile>;

  /** A folder that was not built has no files. @throws what the system says of one that cannot be read */
  constructor(folder: string) {
    if (!existsSync(folder)) {
      this.#files = new Map();
      return;
    }
    const names = readdirSync(folder).filter((name) => !name.startsWith('.') && name !== INDEX);
    const files = new Map(names.map((name) => [name, fileOf(name, readFileSync(join(folder, name)))]));
    const index = [...files].reduce(
      (html, [name, { version }]) => html.replaceAll(`="${name}"`, `="${name}?v=${version}"`),
      readFileSync(join(folder, INDEX), 'utf8'),
    );
    this.#files = files.set(INDEX, fileOf(INDEX, Buffer.from(index)));
  }

  /** False: there is no such file, and nothing was sent. */
  send({ path, query, headers, method }: Request, response: Response): boolean {
    const file = this.#files.get(path === '/' ? INDEX : path.slice(1));
    if (file === undefined || (method !== 'GET' && method !== 'HEAD')) return false;
    response.type(file.type);
    if (query['v'] === file.version)
      response.setHeader('cache-control', 'public, max-age=31536000, immutable');
    const coding = codingOf(headers['accept-encoding']);
    sendEncoded(response, coding === null ? file.body : file.encoded[coding], coding);
    return true;
  }
}
