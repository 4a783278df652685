import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createLedger, type LedgerOptions } from '../../log/ledger.ts';
import { Chain } from '../../record/chain.ts';
import { identityFrom } from '../../record/identity.ts';
import { createSigner } from '../../record/note.ts';
import { sampleDecision } from '../../record/sample.ts';

/** Writes a sealed log with that many records into the folder; returns its key. */
export async function writeLog(
  folder: string,
  records: number,
  changes: Partial<LedgerOptions> = {},
): Promise<string> {
  const log = await createLedger({
    dir: folder,
    identity: { ...identityFrom({}, 'host') },
    version: '0.0.0',
    policy: null,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
    ...changes,
    limits: { checkpointMs: 0, waitMs: 30_000, ...changes.limits },
  });
  for (let index = 0; index < records; index += 1)
    await log.record(null, sampleDecision({ exchange: `exchange-${index}` }), true);
  await log.close();
  return log.key;
}

/** The one log of a folder, as text. */
export async function onlyLog(folder: string): Promise<string> {
  const name = (await readdir(folder)).find((entry) => entry.endsWith('.jsonl')) ?? '';
  return readFile(join(folder, name), 'utf8');
}

/** The lines of a log, without their ends. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').slice(0, -1);
}

export function joined(parts: readonly string[]): string {
  return parts.map((part) => part + '\n').join('');
}

/** A log of another process with its own key, as a forger would write it. */
export function forged(
  origin: string,
  records: number,
): { readonly lines: readonly string[]; readonly key: string } {
  const chain = new Chain(origin, Date.now);
  const signer = createSigner(origin);
  const out = [
    chain.event('genesis', {
      commitment_key: null,
      identity: { ...identityFrom({}, 'host') },
      key: signer.key,
      node: 'v20',
      policy: null,
      previous: null,
      version: '0.0.0',
    }),
  ];
  for (let index = 0; index < records; index += 1) out.push(chain.decision(sampleDecision()));
  out.push(chain.event('seal', { lost: 0, records }), chain.checkpoint(signer));
  return { lines: out, key: signer.key };
}
