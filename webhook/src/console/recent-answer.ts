import { z } from 'zod';

import type { ConsoleSource, SeenPod } from './source.ts';

/** Newer sidecars may have further words; each is shown. */
const word = z.string().regex(/^[\w.:-]{1,64}$/);
const text = z.string().max(512);
const ms = z.number().nonnegative();
const count = z.int().nonnegative();

const hit = z.object({
  control: z.enum(['ingress', 'egress', 'action', 'audit']),
  rule: text,
  /** `mask` and `tokenise` are forms of `redact`. */
  action: word.transform((action) => (action === 'block' ? ('block' as const) : ('redact' as const))),
  code: word,
  mode: z.enum(['enforce', 'observe']),
  pointer: text.nullable(),
  score: z.number().nullable(),
});

const verdict = z.enum(['allow', 'redact', 'block', 'pass']);

const step = z.object({
  kind: z.enum(['ingress', 'egress', 'action', 'retry', 'close']),
  timeMs: ms,
  verdict,
  code: word.nullable(),
  status: count.nullable(),
  hits: z.array(hit).max(64),
  moreHits: count,
  seq: count.nullable(),
});

const exchange = z.object({
  id: word,
  startMs: ms,
  endMs: ms.nullable(),
  direction: z.enum(['inbound', 'outbound']),
  dialect: word,
  method: text,
  path: text,
  host: text.nullable(),
  model: text.nullable(),
  tools: z.array(text).max(64),
  caller: word.nullable(),
  tainted: z.boolean().nullable(),
  status: count.nullable(),
  outcome: z.enum(['completed', 'refused', 'client_aborted', 'upstream_failed']).nullable(),
  tokens: z.object({ input: count.nullable(), output: count.nullable() }),
  policy: z.object({ name: text, generation: count, sha256: word }).nullable(),
  boundaryMs: ms.nullable(),
  restMs: ms.nullable(),
  steps: z.array(step).min(1).max(64),
});

const answer = z.object({
  v: z.literal(1),
  log: text,
  isCut: z.boolean(),
  /** Older sidecars do not say. */
  sinceMs: ms.nullish(),
  exchanges: z.array(exchange).max(2_000),
});

type Recent = z.infer<typeof answer>;
export type RecentExchange = z.infer<typeof exchange>;

/** What a sidecar still has, or why it does not say. */
export interface RecentOf {
  readonly pod: SeenPod;
  readonly recent: Recent | null;
  readonly problem: string | null;
}

/** Sidecars that are asked at once. */
const AT_ONCE = 32;
/** One that has not answered by then no longer keeps the next from being asked. */
const PATIENCE_MS = 250;
/** Those that have not answered included. */
const MAX_OPEN = 128;

/** Asks the sidecars of pods that have one, in the order of the list. Never rejects. */
export async function askForExchanges(
  pods: readonly SeenPod[],
  query: string,
  source: Pick<ConsoleSource, 'exchanges'>,
): Promise<readonly RecentOf[]> {
  const asked = pods.filter(({ finding }) => finding.boundary);
  const found = new Map<SeenPod, RecentOf>();
  const queue = asked.values();
  await askEach(
    () => queue.next().value ?? null,
    query,
    source,
    (answered) => void found.set(answered.pod, answered),
  );
  return asked.flatMap((pod) => found.get(pod) ?? []);
}

/** Asks the sidecar of one pod after the other, several at once, until `next` has none; slow ones do not hold up the others. Never rejects. */
export async function askEach(
  next: () => SeenPod | null,
  query: string,
  source: Pick<ConsoleSource, 'exchanges'>,
  take: (answered: RecentOf) => void,
): Promise<void> {
  const open = new Set<Promise<void>>();
  const ask = (pod: SeenPod): Promise<void> => {
    const asked = askOne(pod, query, source).then((answered) => {
      open.delete(asked);
      take(answered);
    });
    open.add(asked);
    return asked;
  };
  const work = async (): Promise<void> => {
    for (let pod = next(); pod !== null; pod = next()) {
      await within(PATIENCE_MS, ask(pod));
      while (open.size >= MAX_OPEN) await Promise.race(open);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await Promise.all(open);
}

/** Waits for an end, but not longer. */
async function within(ms: number, end: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([end, late]);
  clearTimeout(timer);
}

async function askOne(
  pod: SeenPod,
  query: string,
  source: Pick<ConsoleSource, 'exchanges'>,
): Promise<RecentOf> {
  try {
    const parsed = answer.safeParse(await source.exchanges(pod, query));
    if (parsed.success) return { pod, recent: parsed.data, problem: null };
    return { pod, recent: null, problem: 'the answer of its sidecar cannot be read' };
  } catch (error) {
    return { pod, recent: null, problem: error instanceof Error ? error.message : 'no answer' };
  }
}
