import { createHash } from 'node:crypto';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { FINGERPRINTS_ENDING, POLICY_KEY, SERVICE_ACCOUNTS_KEY } from '../document/configmap.ts';
import { isGone, PolicyInvalid, reasonOf } from '../kinds/problem.ts';

/** The kubelet swaps this link when a ConfigMap changes; all keys are links through it. */
const DATA_LINK = '..data';
const FLOOR_KEY = 'floor.yaml';
const NAMESPACE_KEY = 'namespace.yaml';
const SHADOW_KEY = 'shadow.yaml';

/** Larger than any ConfigMap. */
const MAX_BYTES = 4 << 20;
/** Reads that find a file missing, of a state that stays. */
const MAX_ATTEMPTS = 20;
/** Reads in which one state took the place of another: a process that gets little CPU time meets many of them. */
const MAX_MOVES = 200;
const MAX_PAUSE_MS = 20;
const UNSTEADY = 'it changes too often to be read';

/** One consistent state of the files of a policy. */
export interface PolicyFiles {
  /** Default name of the policy. */
  readonly name: string;
  readonly workload: NamedText;
  readonly floor: NamedText | null;
  readonly namespace: NamedText | null;
  /** Who issues tokens of service accounts; null where it is not known. */
  readonly serviceAccounts: NamedText | null;
  /** Text by name, without the ending. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** Of all names and texts but the shadow's: the same hash means that nothing changed. */
  readonly sha256: string;
  /** What is to be judged beside the policy, or why it cannot be read, which takes nothing from the policy. Null: there is none. */
  readonly shadow: NamedText | PolicyInvalid | null;
}

export interface NamedText {
  readonly source: string;
  readonly text: string;
}

/**
 * Reads a policy file, or the folder that a ConfigMap is mounted on (`policy.yaml`, and beside it `floor.yaml`, `namespace.yaml`, `shadow.yaml`,
 * `service-accounts.json` and `NAME.fingerprints` where they are there). All files come from one state of the folder, never half of an update.
 * @throws PolicyInvalid when there is nothing that can be read.
 */
export async function readPolicyFiles(path: string): Promise<PolicyFiles> {
  let attempts = 0;
  for (let moves = 0; moves < MAX_MOVES;) {
    let before: Stamp | null = null;
    try {
      before = await stamp(path);
      const files = await readOnce(path, before.folder);
      const after = await stamp(path);
      if (before.text === after.text) return files;
      moves += 1;
    } catch (error) {
      // A file that vanished between two steps: an update is in progress, or it does not exist.
      if (error instanceof PolicyInvalid || !isGone(error)) throw unreadable(path, error);
      const after = await stamp(path).catch(() => null);
      if (before !== null && after !== null && after.text !== before.text) moves += 1;
      else if ((attempts += 1) === MAX_ATTEMPTS) throw unreadable(path, error);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(attempts + moves, MAX_PAUSE_MS)));
  }
  throw unreadable(path, new Error(UNSTEADY));
}

function unreadable(path: string, error: unknown): PolicyInvalid {
  if (error instanceof PolicyInvalid) return error;
  const reason = isGone(error) ? 'there is no such file' : reasonOf(error);
  const message = `cannot be read: ${reason}; expected a policy file, or a folder with ${POLICY_KEY}`;
  return new PolicyInvalid([{ source: path, line: null, column: null, path: '', message }]);
}

interface Stamp {
  /** Folder of the files of this state; behind the kubelet's link they never change. */
  readonly folder: string;
  /** Differs between two states. */
  readonly text: string;
}

async function stamp(path: string): Promise<Stamp> {
  const own = await stat(path);
  const folder = own.isDirectory() ? path : dirname(path);
  const target = await readlink(join(folder, DATA_LINK)).catch(() => null);
  if (target !== null) return { folder: join(folder, target), text: target };
  const names = (own.isDirectory() ? await readdir(folder) : [basename(path)]).sort();
  const stats = await Promise.all(
    names.map(async (name) => ({ name, info: await stat(join(folder, name)).catch(() => null) })),
  );
  return {
    folder,
    text: stats.map(({ name, info }) => `${name} ${info?.ino} ${info?.size} ${info?.mtimeMs}`).join('\n'),
  };
}

async function readOnce(path: string, folder: string): Promise<PolicyFiles> {
  const mounted = (await stat(path)).isDirectory();
  const names = await readdir(folder);
  const key = mounted ? POLICY_KEY : basename(path);
  const hash = createHash('sha256');
  const read = async (name: string): Promise<NamedText> => {
    const text = await readText(join(folder, name), name);
    hash.update(`${name}\0${text}\0`);
    return { source: name, text };
  };
  const layer = async (name: string): Promise<NamedText | null> =>
    mounted && names.includes(name) ? read(name) : null;
  const workload = await read(key);
  const floor = await layer(FLOOR_KEY);
  const namespace = await layer(NAMESPACE_KEY);
  const serviceAccounts = await layer(SERVICE_ACCOUNTS_KEY);
  const fingerprints = new Map<string, string>();
  for (const name of names.filter((each) => each.endsWith(FINGERPRINTS_ENDING)).sort()) {
    fingerprints.set(name.slice(0, -FINGERPRINTS_ENDING.length), (await read(name)).text);
  }
  return {
    name: basename(path).replace(/\.ya?ml$/, ''),
    workload,
    floor,
    namespace,
    serviceAccounts,
    fingerprints,
    sha256: hash.digest('hex'),
    shadow: mounted && names.includes(SHADOW_KEY) ? await readShadow(folder) : null,
  };
}

/** Whatever is wrong with it takes nothing from the policy. */
async function readShadow(folder: string): Promise<NamedText | PolicyInvalid> {
  try {
    return { source: SHADOW_KEY, text: await readText(join(folder, SHADOW_KEY), SHADOW_KEY) };
  } catch (error) {
    if (error instanceof PolicyInvalid) return error;
    return new PolicyInvalid([
      {
        source: SHADOW_KEY,
        line: null,
        column: null,
        path: '',
        message: `cannot be read: ${reasonOf(error)}`,
      },
    ]);
  }
}

async function readText(path: string, name: string): Promise<string> {
  const problem = (message: string): PolicyInvalid =>
    new PolicyInvalid([{ source: name, line: null, column: null, path: '', message }]);
  if ((await stat(path)).size > MAX_BYTES) throw problem(`larger than ${MAX_BYTES} bytes; split it`);
  const bytes = await readFile(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw problem('not UTF-8; save it as UTF-8');
  }
}
