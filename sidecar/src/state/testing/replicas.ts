import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';

import { RealServer, stateProgram } from './real-server.ts';
import { Replica, type Terms } from './replica.ts';

const PROGRAM = stateProgram();

/** Sidecars that share one real server. */
export class Replicas {
  readonly server: RealServer;
  readonly #isSecured: boolean;
  #opened: Replica[] = [];

  /** `isSecured`: see `RealServer`. */
  constructor(isSecured = false) {
    this.server = new RealServer(isSecured);
    this.#isSecured = isSecured;
  }

  /** The server is there for these tests, which are skipped on a machine without its program; a replica ends with its test. */
  describe(name: string, tests: () => void): void {
    (PROGRAM === null ? describe.skip : describe)(name, () => {
      beforeAll(() => this.startServer());
      // The user of a secured server may not empty it.
      if (!this.#isSecured) beforeEach(() => this.server.empty());
      afterEach(async () => {
        for (const each of this.#opened) await each.close();
        this.#opened = [];
      });
      afterAll(() => this.server.close());
      tests();
    });
  }

  /** Also again, after it was killed. */
  async startServer(): Promise<void> {
    await this.server.start(PROGRAM ?? '');
  }

  /** One more that listens. `written`: its policy but for the state. */
  async open(written: string, terms: Terms = {}): Promise<Replica> {
    const made = new Replica(this.server, written, terms);
    this.#opened.push(made);
    await made.live.start();
    return made;
  }
}
