import { Worker } from 'node:worker_threads';

import type { LabAnswer } from './api-policies.ts';
import type { LabTask } from './lab.ts';
import { refused, type Run } from './run.ts';

const WORKER = new URL('./lab-worker.js', import.meta.url);
const DEADLINE_MS = 5_000;
/** Over all users. The console has one CPU. */
const MAX_RUNS = 2;
/** Of one run, of JavaScript. */
const MAX_HEAP_MB = 128;

export type LabRun = Run<LabAnswer>;

/** Runs of the lab, each in a thread of its own: a policy of few bytes can need many seconds. */
export class LabRuns {
  readonly #worker: URL;
  readonly #deadlineMs: number;
  readonly #running = new Set<string>();

  /** `worker`: posts null once it is loaded, then the answer to its `workerData`. `deadlineMs`: of a run, from when its worker is loaded; default: 5,000. */
  constructor({ worker = WORKER, deadlineMs = DEADLINE_MS }: { worker?: URL; deadlineMs?: number } = {}) {
    this.#worker = worker;
    this.#deadlineMs = deadlineMs;
  }

  /** Refused while a run of this user, or two of others, are under way, and at the deadline. Rejects if its worker fails. */
  async run(user: string, task: LabTask): Promise<LabRun> {
    if (this.#running.has(user))
      return refused('too_often', 'a run of yours is under way in the lab; one at a time');
    if (this.#running.size >= MAX_RUNS)
      return refused('unavailable', `the lab is busy with ${MAX_RUNS} runs of others; try again`);
    this.#running.add(user);
    try {
      return await this.#inWorker(task);
    } finally {
      this.#running.delete(user);
    }
  }

  async #inWorker(task: LabTask): Promise<LabRun> {
    const worker = new Worker(this.#worker, {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<LabRun>((resolve, reject) => {
        const tooLate = `the run took longer than ${this.#deadlineMs / 1_000} s and was stopped; try fewer patterns, conditions or exchanges`;
        worker.on('message', (answer: LabAnswer | null) => {
          if (answer !== null) resolve({ kind: 'answered', answer });
          else timer = setTimeout(() => resolve(refused('unavailable', tooLate)), this.#deadlineMs);
        });
        worker.once('error', (error: NodeJS.ErrnoException) => {
          if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') reject(error);
          else
            resolve(
              refused('unavailable', `the run needed more than ${MAX_HEAP_MB} MiB of memory and was stopped`),
            );
        });
        worker.once('exit', (code) => reject(new Error(`the worker of the lab ended with ${code}`)));
      });
    } finally {
      clearTimeout(timer);
      await worker.terminate();
    }
  }
}
