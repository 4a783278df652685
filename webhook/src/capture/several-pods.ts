import type { Container } from '../pod/pod.ts';

/** Options and commands that spread one model over several pods: their ports are not HTTP, and many are random. */
const SPREAD =
  /--nnodes(?=[= ](?!1(?: |$)))|--master[-_]addr\b|--dist-init-addr\b|--ray_cluster_size\b|\bray start\b/;
/** Of vLLM: a process without an API. Browsers have an option of this name. */
const HEADLESS = '--headless';

/** The word of a container's command line that spreads its model over several pods; null: none does. */
export function spreadsModel({ image, command, args }: Container): string | null {
  const line = [image ?? '', ...(command ?? []), ...(args ?? [])].join(' ').replaceAll('\n', ' ');
  const vllm = line.search(/\bvllm\b/);
  const headless = vllm !== -1 && line.includes(` ${HEADLESS}`, vllm);
  return SPREAD.exec(line)?.[0] ?? (headless ? HEADLESS : null);
}

/** Options of servers that open listeners between the pods of one model. Harmless to the guard of their API. */
export const BETWEEN_PODS: ReadonlySet<string> = new Set([
  '--data-parallel-address',
  '--dist-init-addr',
  '--headless',
  '--master-addr',
]);
