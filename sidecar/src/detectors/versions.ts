import { createHash, hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { MODEL_FILE } from './injection/index.ts';

/** Which detectors judge in this process. */
export interface DetectorVersions {
  /** SHA-256 over the modules of the detectors, which hold their patterns, word lists and checks. */
  readonly modules: string;
  /** SHA-256 of the weights of the injection model. */
  readonly model: string;
}

const MODULE = /\.[jt]s$/;
const NO_MODULE = /\.d\.ts$|\.test\.[jt]s$|^testing[/\\]/;

/** Reads the files of this folder. @throws the file system's errors */
export function detectorVersions(): DetectorVersions {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => MODULE.test(name) && !NO_MODULE.test(name))
    .sort();
  const all = createHash('sha256');
  for (const name of names)
    all.update(`${name}\n${hash('sha256', readFileSync(join(folder, name)), 'hex')}\n`);
  return { modules: all.digest('hex'), model: hash('sha256', readFileSync(MODEL_FILE), 'hex') };
}
