/** Prints one line per step and counts the results. */
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

  /** A step that throws has failed, and yields null; later ones still run. */
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
