import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const VERIFY = fileURLToPath(new URL('../../../sidecar/dist/audit/verify/main.js', import.meta.url));

/** The log as an outsider checks it. @throws Error with the tool's own words when it is not whole */
export function verifyAudit(folder: string): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [VERIFY, 'verify', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the audit log does not verify:\n${stdout}${stderr}`);
}
