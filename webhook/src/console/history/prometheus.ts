import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

import { z } from 'zod';

import type { History, HistoryPoint } from '../api.ts';
import { historyQuery, type Watched } from './query.ts';

const TIMEOUT_MS = 5_000;
/** Three outcomes of 48 points are a few kilobytes. */
const MAX_BYTES = 2 ** 20;
const SPAN_S = 24 * 60 * 60;
const STEP_S = 30 * 60;
/** However many look at a workload, Prometheus is asked twice a minute. */
const KEPT_MS = 30_000;
const MAX_KEPT = 1_000;

/** Of the query API, https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries. */
const answer = z.looseObject({
  status: z.literal('success'),
  data: z.looseObject({
    resultType: z.literal('matrix'),
    result: z
      .array(
        z.looseObject({
          metric: z.record(z.string(), z.string()),
          // Unix seconds, which must be a time of JavaScript too.
          values: z.array(z.tuple([z.number().min(0).max(8.64e12), z.string()])).max(1_000),
        }),
      )
      .max(1_000),
  }),
});

const fault = z.looseObject({ error: z.string() });

interface Kept {
  readonly answer: Promise<History>;
  readonly untilMs: number;
}

/** The Prometheus server that an operator names: what sidecars no longer have in memory. */
export class Prometheus {
  readonly #base: URL;
  readonly #now: () => number;
  readonly #timeoutMs: number;
  readonly #kept = new Map<string, Kept>();

  /** @param base `http://prometheus.monitoring:9090`, with a path where there is one */
  constructor(base: URL, now: () => number, timeoutMs = TIMEOUT_MS) {
    this.#base = base;
    this.#now = now;
    this.#timeoutMs = timeoutMs;
  }

  /** The last 24 hours in whole steps, the running one too. Never rejects. */
  history(workload: Watched): Promise<History> {
    const url = this.#urlOf(workload);
    const known = this.#kept.get(url.href);
    if (known !== undefined && this.#now() < known.untilMs) return known.answer;
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    const asked = this.#ask(url);
    this.#kept.set(url.href, { answer: asked, untilMs: this.#now() + KEPT_MS });
    return asked;
  }

  #urlOf(workload: Watched): URL {
    const end = Math.ceil(this.#now() / 1_000 / STEP_S) * STEP_S;
    const url = new URL(this.#base);
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/query_range`;
    url.search = new URLSearchParams({
      ...{ query: historyQuery(workload, STEP_S), start: String(end - SPAN_S + STEP_S), end: String(end) },
      ...{ step: String(STEP_S), timeout: `${this.#timeoutMs}ms` },
    }).toString();
    return url;
  }

  async #ask(url: URL): Promise<History> {
    try {
      const points = pointsOf(await get(url, this.#timeoutMs));
      return { v: 1, prometheus: 'answered', problem: null, points };
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'no reason';
      return { v: 1, prometheus: 'unavailable', problem, points: [] };
    }
  }
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** @throws Error if it is no answer */
function pointsOf({ status, text }: Reply): readonly HistoryPoint[] {
  const body = json(text);
  if (status !== 200) {
    const said = fault.safeParse(body);
    throw new Error(`it answered ${status}${said.success ? `: ${said.data.error.slice(0, 300)}` : ''}`);
  }
  const parsed = answer.safeParse(body);
  if (!parsed.success) throw new Error('its answer is not one of a Prometheus server');
  const found = new Map<number, Record<Counted, number>>();
  for (const { metric, values } of parsed.data.data.result)
    for (const [seconds, value] of values) {
      const point = found.get(seconds) ?? { completed: 0, refused: 0, failed: 0 };
      const count = Math.round(Number(value));
      // `increase` guesses beyond the samples: fractions mean nothing here.
      if (Number.isSafeInteger(count) && count > 0) point[countedAs(metric['outcome'] ?? '')] += count;
      found.set(seconds, point);
    }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([seconds, counts]) => ({
      ...{ startMs: (seconds - STEP_S) * 1_000, widthMs: STEP_S * 1_000, ...counts },
    }));
}

type Counted = 'completed' | 'refused' | 'failed';

function countedAs(outcome: string): Counted {
  return outcome === 'completed' || outcome === 'refused' ? outcome : 'failed';
}

/** Null if it is none. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Redirections are not followed: the address is the operator's. Rejects after the time, however slowly bytes come. */
function get(url: URL, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    // Without a message where every address of a name was tried.
    const fail = ({ message, code }: NodeJS.ErrnoException): void => {
      const late = signal.aborted ? `it did not answer within ${timeoutMs / 1_000} seconds` : '';
      reject(new Error([late, message, code].find((text) => text !== undefined && text !== '')));
    };
    const send = url.protocol === 'https:' ? secure : plain;
    const sent = send(url, { agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_BYTES) response.destroy(new Error('its answer is too large'));
        else chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    sent.on('error', fail);
    sent.end();
  });
}
