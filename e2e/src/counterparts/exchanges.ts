import { setTimeout as sleep } from 'node:timers/promises';

import type { SidecarProcess } from '../process/sidecar.ts';

const ASK = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Where?' }] });

export function ask({ inbound: [base = ''] }: SidecarProcess): Promise<Response> {
  return fetch(`${base}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: ASK,
  });
}

export interface Sending {
  readonly count: number;
  /** Pause of each of the four clients after a request. */
  readonly pauseMs: number;
}

/** Sends requests, four at once. @returns the IDs of complete answers; failed ones are not acknowledged. */
export async function send(
  sidecar: SidecarProcess,
  { count, pauseMs }: Sending,
  acknowledged: string[] = [],
): Promise<readonly string[]> {
  let left = count;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      try {
        const response = await ask(sidecar);
        await response.text();
        const id = response.headers.get('llm-boundary-decision');
        if (response.ok && id !== null) acknowledged.push(id);
      } catch {
        // The sidecar was killed: the request was not acknowledged.
      }
      await sleep(pauseMs);
    }
  };
  await Promise.all([one(), one(), one(), one()]);
  return acknowledged;
}

/** The verifier key that it logged at start. */
export function keyOf({ log }: SidecarProcess): string {
  const opened = log.find((line) => line.includes('"msg":"audit log opened"'));
  return (JSON.parse(opened ?? '{}') as { readonly key?: string }).key ?? '';
}

export function unsentLines(sidecar: SidecarProcess): Promise<number> {
  return metric(sidecar, 'llm_boundary_record_unsent_lines');
}

/** NaN: the sidecar has no such metric. */
export async function metric({ admin }: SidecarProcess, name: string): Promise<number> {
  const text = await (await fetch(`${admin}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(name));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
}
