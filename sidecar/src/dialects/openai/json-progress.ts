/** Progress of a JSON object or array: not begun, open, closed, or followed by more text. */
export type Progress = 'empty' | 'open' | 'closed' | 'beyond';

/** Tracks JSON text in pieces by its brackets and quotes only, each character once. */
export class JsonProgress {
  #progress: Progress = 'empty';
  #depth = 0;
  #inString = false;
  #escaped = false;

  get progress(): Progress {
    return this.#progress;
  }

  push(piece: string): void {
    for (let at = 0; at < piece.length && this.#progress !== 'beyond'; at++) this.#take(piece.charCodeAt(at));
  }

  #take(code: number): void {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (code === BACKSLASH) this.#escaped = true;
      else if (code === QUOTE) this.#inString = false;
      return;
    }
    if (code <= SPACE) return;
    if (this.#progress === 'closed') {
      this.#progress = 'beyond';
      return;
    }
    this.#progress = 'open';
    if (code === QUOTE) this.#inString = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) this.#depth++;
    else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --this.#depth === 0)
      this.#progress = 'closed';
  }
}

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
