import type { Prompt, ToolResult } from '../exchange/index.ts';

interface Called {
  readonly tools: Set<string>;
  readonly asked: string[];
}

/** Finds out of which tool each result of a conversation is. Calls come before their results. */
export class ToolResults {
  readonly #found: ToolResult[] = [];
  readonly #byId = new Map<string, Called>();
  readonly #byName = new Map<string, Called>();

  /** A call of the history. `id`: ignored unless it is a text or a number. */
  call(id: unknown, name: string, args: string): void {
    note(this.#byName, name, name, args);
    const key = keyOf(id);
    if (key !== null) note(this.#byId, key, name, args);
  }

  /** As the member of a prompt, which is absent where there is none. */
  asMember(): Pick<Prompt, 'results'> {
    return this.#found.length === 0 ? {} : { results: this.#found };
  }

  /** A result of the call with this ID; without one, of the calls of the tool that it names. It must not contradict itself. */
  add(pointer: string, id: unknown, named: unknown = null): void {
    const key = keyOf(id);
    const own = typeof named === 'string' && named !== '' ? named : null;
    const called = key === null ? this.#byName.get(own ?? '') : this.#byId.get(key);
    const tools = [...(called?.tools ?? [])];
    const contradicts = own !== null && !tools.includes(own);
    this.#found.push({
      pointer,
      tools: contradicts ? [] : tools,
      asked: contradicts ? [] : (called?.asked ?? []),
    });
  }
}

function keyOf(id: unknown): string | null {
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}

function note(calls: Map<string, Called>, key: string, name: string, args: string): void {
  const called = calls.get(key) ?? { tools: new Set(), asked: [] };
  called.tools.add(name);
  called.asked.push(args);
  calls.set(key, called);
}
