import type { HttpExchange } from '../context/exchange-context.ts';

/** What one stream holds back, among all of them, and how much of it arrived. */
export class StreamGauges {
  readonly #exchange: HttpExchange;
  #held = 0;
  #metered = 0;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  /** UTF-16 code units that are held back now. */
  held(units: number): void {
    if (units === this.#held) return;
    this.#exchange.boundary.telemetry.held(units - this.#held);
    this.#held = units;
  }

  /** UTF-16 code units that arrived so far: no decision may follow, since the client can leave at any time. */
  metered(units: number): void {
    this.#exchange.metered(units - this.#metered);
    this.#metered = units;
  }
}
