import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { SidecarProcess } from '../process/sidecar.ts';

const VERIFY = fileURLToPath(new URL('../../../sidecar/dist/commands/audit/main.js', import.meta.url));

/**
 * Verifies the log of a running sidecar as an outsider: with the key that the sidecar logged at startup. @throws Error with the tool's
 * output if it fails
 */
export function verifyAudit({ auditDir, log }: SidecarProcess): void {
  const opened = log.find((line) => line.includes('"msg":"audit log opened"'));
  if (opened === undefined) throw new Error('the sidecar did not say under which key its log is signed');
  const { key } = JSON.parse(opened) as { readonly key: string };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [VERIFY, 'verify', auditDir, '--live', '--key', key],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the audit log does not verify:\n${stdout}${stderr}`);
}
