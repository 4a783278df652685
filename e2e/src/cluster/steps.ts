import type { Attempted, Weakness } from './weaknesses.ts';

/** An essential step has failed. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** A check failed. */
class Unexpected extends Error {
  override readonly name = 'Unexpected';
}

/** @throws Unexpected if the condition is false */
export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Unexpected(otherwise);
}

export interface StepOptions {
  /** If it fails, the run stops, since later steps depend on it. */
  readonly essential?: boolean;
  /** The known weaknesses of injectors that it attempts. */
  readonly attempts?: readonly Weakness[];
}

/** Runs steps one after the other, prints a line for each, and counts. */
export class Steps {
  passed = 0;
  failed = 0;
  /** Attempted known weaknesses, in the order of the steps. */
  readonly attempted: Attempted[] = [];
  readonly #print: (line: string) => void;
  readonly #onFailure: (name: string) => Promise<string>;

  /** @param onFailure collects evidence and returns its folder */
  constructor(print: (line: string) => void, onFailure: (name: string) => Promise<string>) {
    this.#print = print;
    this.#onFailure = onFailure;
  }

  chapter(title: string): void {
    this.#print(`\n${title}`);
  }

  /** Prints the result of the step, unless null, after its name. @throws Stopped if an essential step failed */
  async step(name: string, body: () => Promise<string | null>, options: StepOptions = {}): Promise<void> {
    const started = Date.now();
    const tell = (held: boolean): void => {
      const { attempts: weaknesses } = options;
      if (weaknesses !== undefined) this.attempted.push({ step: name, held, weaknesses });
    };
    try {
      const remark = await body();
      this.passed += 1;
      tell(true);
      this.#line('ok', started, remark === null ? name : `${name} (${remark})`);
    } catch (error) {
      this.failed += 1;
      tell(false);
      this.#line('FAILED', started, name);
      const message = error instanceof Error ? error.message : 'an unknown error';
      this.#print(`           ${message.replaceAll('\n', '\n           ')}`);
      const folder = await this.#onFailure(name).catch(() => null);
      if (folder !== null) this.#print(`           events, logs and pods: ${folder}`);
      if (options.essential === true) throw new Stopped(name);
    }
  }

  #line(result: string, started: number, text: string): void {
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    this.#print(`  ${result.padEnd(6)} ${seconds.padStart(6)} s  ${text}`);
  }
}
