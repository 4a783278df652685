/** What was tried, as it happens: one line per step, and how many came out how. */
export class Steps {
  #passed = 0;
  #failed = 0;

  get failed(): number {
    return this.#failed;
  }

  title(text: string): void {
    process.stdout.write(`\n${text}\n`);
  }

  skip(name: string, reason: string): void {
    process.stdout.write(`  skipped  ${name}: ${reason}\n`);
  }

  /** A step that throws has failed, and gives null; the ones after it are tried all the same. */
  async run<T>(name: string, work: () => Promise<T> | T): Promise<T | null> {
    const startedMs = Date.now();
    try {
      const result = await work();
      this.#passed += 1;
      process.stdout.write(`  ok       ${name} (${Date.now() - startedMs} ms)\n`);
      return result;
    } catch (error) {
      this.#failed += 1;
      const reason = error instanceof Error ? error.message : String(error);
      process.stdout.write(`  FAILED   ${name}\n           ${reason.replaceAll('\n', '\n           ')}\n`);
      return null;
    }
  }

  summary(): string {
    return `${this.#passed} passed, ${this.#failed} failed`;
  }
}
