import { readFile, rm } from 'node:fs/promises';

import type { SealedPart } from '../../audit/record/sealer.ts';
import { isDecision, type DecisionLine } from '../../audit/record/schema.ts';
import { entriesIn, type Source } from '../../audit/verify/entries.ts';
import { digestOfBytes } from '../../audit/verify/bodies/body-files.ts';
import { findSealed } from '../../audit/verify/bodies/sealed-bodies.ts';
import { plain } from '../../audit/verify/show.ts';
import { copiesOf, type Output } from './commands.ts';

interface Wanted {
  readonly exchange: string;
  /** Null: the only one, or all of them. */
  readonly part: SealedPart | null;
}

/**
 * Prints a sealed body as it was. Exit: 0; 1 where the file is not the one that the record names, or no identity opens it; 3 where no record
 * names such a body, or it is not there any more. @throws the file system's errors.
 */
export async function openSealedCommand(
  source: Source,
  { exchange, part, identityFile }: Wanted & { readonly identityFile: string },
  output: Output,
): Promise<number> {
  const { found, erased } = await sealedOf(source, { exchange, part });
  const [first, second] = found;
  if (first === undefined) return none(exchange, output);
  if (second !== undefined && part === null) {
    output.err(`there are ${found.map((each) => each.part).join(', ')}: name one with --part`);
    return 2;
  }
  const { files, received, sha256, cut, bytes } = found.at(-1) ?? first;
  const [path] = files;
  const sealed = path === undefined ? received : await readFile(path);
  if (sealed === null) {
    output.err(
      erased.get(sha256) ??
        'the body was erased, or not copied with the log: the record names it, and its file is not there',
    );
    return 3;
  }
  if (digestOfBytes(sealed) !== sha256) {
    output.err('the file is not the sealed body that the record names: it was changed');
    return 1;
  }
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const identity of identitiesIn(await readFile(identityFile, 'utf8'))) decrypter.addIdentity(identity);
  try {
    await output.raw(await decrypter.decrypt(sealed));
  } catch {
    output.err('no identity of the file opens this body');
    return 1;
  }
  if (cut) output.err(`only the first ${bytes} bytes of the body were kept`);
  return 0;
}

/** Removes sealed bodies; the lines that name them stay. Exit: 0; 3 where there is nothing to remove. @throws the file system's errors. */
export async function eraseCommand(source: Source, wanted: Wanted, output: Output): Promise<number> {
  const { found } = await sealedOf(source, wanted);
  if (found.length === 0) return none(wanted.exchange, output);
  let erased = 0;
  for (const { files, part, sha256 } of found)
    if (files.length > 0) {
      for (const path of files) await rm(path);
      output.out(`erased: ${part} of ${plain(wanted.exchange)}, sha256 ${sha256}`);
      erased += 1;
    }
  if (erased > 0) return 0;
  output.err('the bodies are not there: they were erased before, or not copied with the log');
  return 3;
}

function none(exchange: string, output: Output): number {
  output.err(`no record of exchange ${plain(exchange)} names such a sealed body`);
  return 3;
}

/** `erased`: by digest, how the record says that a body was removed. */
async function sealedOf(
  source: Source,
  { exchange, part }: Wanted,
): Promise<{
  readonly found: Awaited<ReturnType<typeof findSealed>>;
  readonly erased: ReadonlyMap<string, string>;
}> {
  const refs: NonNullable<DecisionLine['bodies']>[number][] = [];
  const erased = new Map<string, string>();
  for await (const { line } of entriesIn(source))
    if (isDecision(line) && line.exchange === exchange)
      refs.push(...(line.bodies ?? []).filter((each) => part === null || each.part === part));
    else if (line.kind === 'erased')
      for (const sha256 of line.sha256 ?? [])
        if (refs.some((ref) => ref.sha256 === sha256))
          erased.set(sha256, `the body was erased to make room: line ${line.seq} of ${plain(line.origin)}`);
  return { found: await findSealed(refs, copiesOf(source)), erased };
}

/** Identities as age-keygen writes them: one a line, beside comments. */
function identitiesIn(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
