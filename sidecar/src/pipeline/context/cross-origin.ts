import type { OutgoingHttpHeaders } from 'node:http';

/** What browsers need to see before they show a reply to a page of another origin (Fetch, CORS protocol). */
const TAUGHT = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
] as const;

type Answers = OutgoingHttpHeaders;

/** Pages that one sidecar knows at once; the one that was heard of longest ago goes. */
const MAX_ORIGINS = 256;
const MAX_ORIGIN_CHARS = 256;

/**
 * What the upstream last told pages of each origin, preflights included: a refusal says the same, so that a browser shows it. Nothing is
 * invented: where the upstream said nothing to an origin, the refusal says nothing either.
 */
export class CrossOrigin {
  readonly #known = new Map<string, Answers>();

  /** `headerOf` gives the value of a header of the upstream's reply. */
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
