import type { OutgoingHttpHeaders } from 'node:http';

/** Headers that browsers require before they show a reply to a page of another origin (Fetch, CORS protocol). */
const TAUGHT = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
] as const;

type Answers = OutgoingHttpHeaders;

/** Number of origins kept; the least recently updated is evicted. */
const MAX_ORIGINS = 256;
const MAX_ORIGIN_CHARS = 256;

/**
 * The latest CORS headers of the upstream for each origin, preflights included. Refusals repeat them, so that browsers show the refusal; an
 * origin without any gets none.
 */
export class CrossOrigin {
  readonly #known = new Map<string, Answers>();

  /** `headerOf` returns a header of the upstream's reply. */
  learn(upstream: string, origin: string | undefined, headerOf: (name: string) => unknown): void {
    if (origin === undefined || origin.length > MAX_ORIGIN_CHARS) return;
    const key = `${upstream} ${origin}`;
    const allowed = headerOf('access-control-allow-origin');
    this.#known.delete(key);
    if (allowed !== '*' && allowed !== origin) return;
    const answers: Answers = { vary: 'Origin' };
    for (const name of TAUGHT) {
      const value = headerOf(name);
      if (typeof value === 'string' && value.length <= MAX_ORIGIN_CHARS) answers[name] = value;
    }
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MAX_ORIGINS && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, answers);
  }

  /** The headers for a refusal. */
  headersFor(upstream: string, origin: string | undefined): Answers {
    return origin === undefined ? {} : (this.#known.get(`${upstream} ${origin}`) ?? {});
  }
}
