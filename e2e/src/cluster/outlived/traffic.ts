import { attempt, chat, CLIENT, type Fixture } from '../fixture.ts';

/** Requests of one `kubectl exec`. */
const BATCH = 20;

/** Questions without end to a Service, four at once, while its pods come and go. */
export class SteadyTraffic {
  /** Decision IDs of the exchanges whose whole answer arrived. */
  readonly acknowledged: string[] = [];
  readonly #fixture: Fixture;
  readonly #origin: string;
  readonly #clients: Promise<unknown>;
  #isOver = false;

  /** Starts at once. */
  constructor(fixture: Fixture, origin: string) {
    this.#fixture = fixture;
    this.#origin = origin;
    this.#clients = Promise.all([this.#ask(), this.#ask(), this.#ask(), this.#ask()]);
    // Told by `end`.
    this.#clients.catch(() => undefined);
  }

  async #ask(): Promise<void> {
    const questions = Array.from({ length: BATCH }, (_, at) => chat(this.#origin, `Where is order ${at}?`));
    while (!this.#isOver) {
      const outcomes = await attempt(this.#fixture, CLIENT, questions);
      for (const { failure, status, headers } of outcomes) {
        const id = headers['llm-boundary-decision'];
        if (failure === null && status === 200 && id !== undefined) this.acknowledged.push(id);
      }
    }
  }

  /** Resolves once no question is under way. @throws Error where a client could not run */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#clients;
  }
}
