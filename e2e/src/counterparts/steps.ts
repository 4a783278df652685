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

  /** A step that throws has failed; the ones after it are tried all the same. */
  async run(name: string, work: () => Promise<void>): Promise<void> {
    const startedMs = Date.now();
    try {
      await work();
      this.#passed += 1;
      process.stdout.write(`  ok       ${name} (${Date.now() - startedMs} ms)\n`);
    } catch (error) {
      this.#failed += 1;
      const reason = error instanceof Error ? error.message : String(error);
      process.stdout.write(`  FAILED   ${name}\n           ${reason.replaceAll('\n', '\n           ')}\n`);
    }
  }

  summary(): string {
    return `${this.#passed} passed, ${this.#failed} failed`;
  }
}
