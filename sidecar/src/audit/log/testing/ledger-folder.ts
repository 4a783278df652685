import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { identityFrom } from '../../record/identity.ts';
import { parseVerifier } from '../../record/note.ts';
import { parseLine, type Line } from '../../record/schema.ts';
import { collect } from '../../verify/collect.ts';
import { verifyFiles } from '../../verify/verify.ts';
import type { AuditLog } from '../audit-log.ts';
import type { LedgerOptions } from '../ledger.ts';

interface Counts {
  lags: number;
  errors: number;
}

/** A shared machine may take its time; only the test of a disk that hangs is about the wait. */
const patient = { waitMs: 30_000 };

/** A folder of its own for each test of a file. */
export class LedgerFolder {
  dir = '';

  /** Makes it before each test of this file and removes it afterwards. */
  constructor() {
    beforeEach(async () => {
      this.dir = await mkdtemp(join(tmpdir(), 'ledger-'));
    });
    afterEach(async () => {
      await rm(this.dir, { recursive: true });
    });
  }

  options(changes: Partial<LedgerOptions> = {}): LedgerOptions & { readonly counts: Counts } {
    const counts = { lags: 0, errors: 0 };
    return {
      dir: this.dir,
      identity: identityFrom({ LLM_BOUNDARY_POD_NAME: 'agent-0' }, 'host'),
      version: '0.0.0',
      policy: null,
      telemetry: {
        auditLag: () => void (counts.lags += 1),
        auditError: () => void (counts.errors += 1),
        auditBytes: () => undefined,
      },
      counts,
      ...changes,
      limits: { ...patient, ...changes.limits },
    };
  }

  /** The exit status of `verify`, with the key of the log where it is given. */
  async exitOf(log: AuditLog | null, live = false): Promise<number> {
    const key = log === null ? null : parseVerifier(log.key);
    const report = await verifyFiles(await collect([this.dir]), { keys: key === null ? [] : [key], live });
    return report.exit;
  }
}

export async function linesIn(folder: string): Promise<readonly Line[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .flatMap((text) => text.split('\n').slice(0, -1))
    .map((text) => {
      const line = parseLine(text);
      if (line === null) throw new Error('a line cannot be read');
      return line;
    });
}

export function kinds(lines: readonly Line[]): readonly string[] {
  return lines.map((line) => line.kind);
}
