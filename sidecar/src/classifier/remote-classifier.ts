import type { Classified, Classifier } from '../controls/index.ts';
import type { Caller } from '../exchange/index.ts';
import type { CompiledClassifier } from '../policy/compile/compiled.ts';
import type { Log } from '../telemetry/log.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { SHORT_TEXT, type Answer } from './answer.ts';
import { Breaker } from './breaker.ts';
import { ClassifierServer, type ServerOptions, type Way } from './classifier-server.ts';
import { ScoreCache } from './score-cache.ts';
import { windowsOf } from './windows.ts';

export interface ClassifierOptions extends ServerOptions {
  readonly telemetry: Pick<Telemetry, 'classifierAsked' | 'classifierPaused' | 'classified'>;
  readonly log: Pick<Log, 'warning'>;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Texts of one message that are asked about at the same time. */
const AT_ONCE = 8;
/** Messages that wait at the same time; further ones have no answer. */
const MAX_WAITING = 256;
/** Windows of one message; what is longer has no answer. */
const MAX_WINDOWS = 512;

/** One message that is asked about. */
interface Round {
  readonly caller: Caller;
  readonly signal: AbortSignal;
  /** Made for the first text that is not known. */
  way: Promise<Way> | null;
  windows: number;
  /** A request had an answer: what is late then is the number of texts, not the server. */
  hasAnswer: boolean;
}

/** Asks one classifier, within bounds of time, number and size. */
export class RemoteClassifier implements Classifier {
  readonly #settings: CompiledClassifier;
  readonly #options: ClassifierOptions;
  readonly #server: ClassifierServer;
  readonly #scores = new ScoreCache();
  readonly #breaker: Breaker;
  #waiting = 0;
  #isHealthy = true;

  constructor(settings: CompiledClassifier, options: ClassifierOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#server = new ClassifierServer(settings, options);
    this.#breaker = new Breaker(options.now, (isOpen) => options.telemetry.classifierPaused(isOpen));
  }

  async ask(texts: readonly string[], caller: Caller): Promise<Classified> {
    const scores = new Map<string, number>();
    const { timeoutMs, threshold } = this.#settings;
    const { telemetry } = this.#options;
    if (this.#waiting < MAX_WAITING) {
      this.#waiting += 1;
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), timeoutMs);
      const round: Round = { caller, signal: late.signal, way: null, windows: 0, hasAnswer: false };
      const left = texts.values();
      const work = async (): Promise<void> => {
        for (const text of left) {
          const score = await this.#scoreOf(text, this.#settings.windowBytes, round);
          if (score !== null) scores.set(text, score);
        }
      };
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, texts.length) }, work));
      clearTimeout(timer);
      this.#waiting -= 1;
    }
    for (const text of texts) {
      const score = scores.get(text);
      telemetry.classified(score === undefined ? 'unanswered' : score >= threshold ? 'attack' : 'other');
    }
    return scores;
  }

  async close(): Promise<void> {
    await this.#server.close();
  }

  /** That of its worst window; null if one has no answer. Windows after one that counts by itself are not asked about. */
  async #scoreOf(text: string, bytes: number, round: Round): Promise<number | null> {
    let worst = 0;
    for (const window of windowsOf(text, bytes)) {
      const score = await this.#scoreOfWindow(window, bytes, round);
      if (score === null) return null;
      worst = Math.max(worst, score);
      if (worst >= this.#settings.threshold) return worst;
    }
    return worst;
  }

  async #scoreOfWindow(window: string, bytes: number, round: Round): Promise<number | null> {
    const key = this.#scores.keyOf(window, round.caller);
    const known = this.#scores.get(key);
    if (known !== undefined) return known;
    round.windows += 1;
    if (round.windows > MAX_WINDOWS || round.signal.aborted) return null;
    const answer = await this.#request(window, round);
    if (answer?.kind === 'too-long') {
      const length = Math.min(bytes, Buffer.byteLength(window));
      return this.#scoreOf(window, Math.max(SHORT_TEXT, Math.floor(length / 2)), round);
    }
    if (answer?.kind !== 'answered') return null;
    this.#scores.set(key, answer.score);
    return answer.score;
  }

  /** Null if the breaker is open. */
  async #request(window: string, round: Round): Promise<Answer | null> {
    const { telemetry, now } = this.#options;
    if (!this.#breaker.enter()) {
      telemetry.classifierAsked('paused');
      return null;
    }
    const startedMs = now();
    let answer: Answer;
    try {
      const way = await (round.way ??= this.#server.way());
      answer = await this.#server.ask(window, way, round.signal);
    } catch (error) {
      answer = { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
    const isServers = answer.kind === 'failed' || (answer.kind === 'late' && !round.hasAnswer);
    if (isServers) this.#breaker.failed();
    else this.#breaker.succeeded();
    if (answer.kind === 'answered') round.hasAnswer = true;
    telemetry.classifierAsked(answer.kind, (now() - startedMs) / 1000);
    // Cut further, a text has an answer or a reason why not.
    if (answer.kind !== 'too-long') this.#tell('reason' in answer ? answer.reason : null);
    return answer;
  }

  #tell(reason: string | null): void {
    const isHealthy = reason === null;
    if (isHealthy === this.#isHealthy) return;
    this.#isHealthy = isHealthy;
    const { origin, onError } = this.#settings;
    this.#options.log.warning(
      isHealthy
        ? `the classifier at ${origin} answers again`
        : `the classifier at ${origin} gives no valid answer (${reason}): ${
            onError === 'refuse'
              ? 'exchanges whose texts it is asked about are refused'
              : 'the sidecar judges alone'
          }`,
    );
  }
}
