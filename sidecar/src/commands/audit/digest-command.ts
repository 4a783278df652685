import { readFile } from 'node:fs/promises';

import type { Json } from '../../audit/record/canonical.ts';
import { readKey } from '../../audit/record/commitment.ts';
import { Digests } from '../../audit/record/digests.ts';
import { UsageError } from '../flags/flags.ts';
import type { Output } from './commands.ts';

/** The digest that the record has of a value, or with an issuer of the subject of a caller. Exit: 0. @throws UsageError, and the file system's errors */
export async function digestCommand(
  options: {
    readonly file: string;
    readonly keyFile: string;
    readonly json: boolean;
    readonly issuer: string | null;
  },
  output: Output,
): Promise<number> {
  const { file, keyFile, json, issuer } = options;
  const digests = new Digests(await readKey(keyFile));
  const text = (await readFile(file, 'utf8')).replace(/\n$/, '');
  const digest =
    issuer === null ? digests.of(json ? parsed(text) : text) : digests.ofCaller({ issuer, subject: text });
  if (digest === null)
    throw new UsageError(
      'the value has no canonical form (RFC 8785): a lone surrogate, a number beyond a double, or too deep',
    );
  output.out(digest);
  return 0;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new UsageError('--json: the file holds no JSON');
  }
}
