import {
  hashOf,
  namedIn,
  parseLine,
  parseVerifier,
  type Head,
  type Verifier,
} from '@llm-boundary/sidecar/audit/fleet';
import { z } from 'zod';

/** One genesis line of at most 16 KiB, escaped, and a note. */
export const MAX_HEAD_BYTES = 64 * 2 ** 10;

const schema = z.strictObject({
  v: z.literal(1),
  /** Time of the pod's clock. */
  time: z.int().nonnegative(),
  /** C2SP signed note over the head. */
  note: z.string().max(2_048),
  /** The `seal` line, if it is the last one that the note covers. */
  seal: z.string().max(16_384).nullable(),
  /** The first line, until the anchor knows the log. */
  genesis: z.string().max(16_384).nullable(),
});

export type HeadRequest = z.infer<typeof schema>;

/** Null if the text is not a valid request. `text` is attacker-controlled. */
export function parseHeadRequest(text: string): HeadRequest | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The parts of a log's first line that the anchor uses. */
export interface Genesis {
  readonly verifier: Verifier;
  readonly hash: string;
  readonly identity: {
    readonly namespace: string | null;
    readonly pod: string | null;
    readonly uid: string | null;
  };
  readonly policy: string | null;
  /** The previous logs in the folder, with their ends. */
  readonly previous: readonly {
    readonly origin: string | null;
    readonly size: number | null;
    readonly hash: string;
  }[];
}

/** Null if the line is not the first one of a log with its own key. */
export function readGenesis(line: string): Genesis | null {
  const parsed = parseLine(line);
  if (parsed?.kind !== 'genesis' || parsed.seq !== 0) return null;
  const verifier = parseVerifier(parsed.key);
  if (verifier?.name !== parsed.origin) return null;
  const { namespace, pod, pod_uid: uid } = parsed.identity;
  return {
    verifier,
    hash: hashOf(line),
    identity: { namespace, pod, uid },
    policy: parsed.policy?.sha256 ?? null,
    previous: namedIn(parsed),
  };
}

/** Whether `line` is the seal at the end of the head. */
export function isSealOf(line: string, head: Head): boolean {
  const parsed = parseLine(line);
  return (
    parsed?.kind === 'seal' &&
    parsed.origin === head.origin &&
    parsed.seq === head.size - 1 &&
    hashOf(line) === head.hash
  );
}

/** The name in the first line of a note, unverified. */
export function originIn(note: string): string {
  return note.slice(0, Math.max(note.indexOf('\n'), 0));
}

/** The signature in the last line of a verified note. */
export function signatureIn(note: string): string {
  return note.trimEnd().split(' ').at(-1) ?? '';
}
