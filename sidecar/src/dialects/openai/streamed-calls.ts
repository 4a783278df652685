import type { StreamCall } from '../dialect.ts';
import { Malformed } from '../malformed.ts';
import { JsonProgress } from './json-progress.ts';

/** A piece of a call in a chunk. */
export interface CallPiece {
  /** The server's number of the call in its message: `tool_calls/0`. Without an index, the position in the array. */
  readonly slot: string;
  readonly indexed: boolean;
  readonly id: string | null;
  /** Pointer of the object with the piece. */
  readonly at: string;
  readonly name: string | null;
  /** Other names in the piece that clients may read. */
  readonly alsoNamed: readonly string[];
  /** Arguments as JSON text, or the free text of a custom tool's input. */
  readonly text: string;
  /** Pointer of the string that holds `text`. */
  readonly pointer: string | null;
  readonly custom: boolean;
}

export interface AddedPiece {
  readonly calls: readonly StreamCall[];
  /** Keys of calls that are complete, since another one began. */
  readonly ended: readonly string[];
}

/** A piece with its slot among all choices, and without the choice. */
interface PlacedPiece extends CallPiece {
  readonly bare: string;
}

interface Call {
  readonly key: string;
  readonly bare: string;
  id: string | null;
  readonly names: string[];
  readonly progress: JsonProgress;
  ended: boolean;
  uncertain: boolean;
}

const NOTHING: AddedPiece = { calls: [], ended: [] };

/**
 * Assigns pieces to calls. Servers number calls, or send 0 for each, or nothing; they send IDs once, in each piece, or never; they repeat
 * the name. Clients use the index, or the ID. If these would yield different arguments, the call is marked as uncertain. A new ID begins
 * another call, and so does a name while the arguments of the open call are complete.
 */
export class StreamedCalls {
  readonly #offered: readonly string[];
  readonly #latest = new Map<string, Call>();
  readonly #byId = new Map<string, Call>();
  readonly #counts = new Map<string, number>();
  readonly #open = new Set<Call>();
  #last: Call | null = null;

  /** `offered` are the names of the tools that the request offers. */
  constructor(offered: readonly string[]) {
    this.#offered = offered;
  }

  /** Keys of open calls, which end with this. */
  finish(): readonly string[] {
    const open = [...this.#open];
    for (const call of open) this.#end(call);
    return open.map(({ key }) => key);
  }

  /**
   * `choice`: the key of the choice by the chunk's number. @throws Malformed on a call under two names, and on one that continues after
   * another call ended it.
   */
  add(choice: string, { slot, ...rest }: CallPiece): AddedPiece {
    const doubtful: Call[] = [];
    const ended: string[] = [];
    const piece = { ...rest, slot: `${choice}/${slot}`, bare: slot };
    const call = this.#callOf(piece, doubtful, ended);
    if (call === null) return NOTHING;
    if (piece.name !== null && !call.names.includes(piece.name)) call.names.push(piece.name);
    if (piece.id !== null) {
      call.id ??= piece.id;
      this.#byId.set(piece.id, call);
    }
    call.progress.push(piece.custom && piece.text !== '' ? FREE_TEXT : piece.text);
    this.#last = call;
    const marks = doubtful
      .filter((other) => other !== call && !other.ended)
      .map((other) => ({ ...EMPTY, key: other.key, uncertain: true }));
    return { calls: [...marks, pieceOf(call, piece)], ended };
  }

  #callOf(piece: PlacedPiece, doubtful: Call[], ended: string[]): Call | null {
    const current = this.#latest.get(piece.slot);
    const elsewhere = this.#elsewhere(piece, current);
    if (elsewhere !== null) {
      this.#doubt(doubtful, elsewhere);
      return this.#continues(elsewhere, piece);
    }
    if (current === undefined) return this.#first(piece, doubtful, ended);
    if (beginsAnother(piece, current)) return this.#begin(piece, doubtful, ended);
    if (!piece.indexed && piece.id === null && piece.name === null && this.#open.size > 1)
      this.#doubt(doubtful, ...this.#open);
    if (piece.name !== null && piece.id === null && isComplete(current)) this.#doubt(doubtful, current);
    return this.#continues(current, piece);
  }

  /** The call with the piece's ID, if its index refers to another one. */
  #elsewhere({ id, name }: CallPiece, current: Call | undefined): Call | null {
    const known = id === null ? undefined : this.#byId.get(id);
    if (known === undefined || known === current || known.ended) return null;
    const continues = name === null || (known.names.includes(name) && !isComplete(known));
    return continues ? known : null;
  }

  /** The first piece at an index. */
  #first(piece: PlacedPiece, doubtful: Call[], ended: string[]): Call | null {
    if (piece.name !== null || piece.id !== null) return this.#begin(piece, doubtful, ended);
    if (piece.text === '') return null;
    const last = this.#last;
    if (last === null || last.ended || isComplete(last)) return this.#begin(piece, doubtful, ended);
    // Servers that increment the index within one call.
    this.#doubt(doubtful, last);
    this.#latest.set(piece.slot, last);
    return last;
  }

  /** Ends complete calls. An incomplete one is uncertain if clients may take the new one for its rest. */
  #begin(piece: PlacedPiece, doubtful: Call[], ended: string[]): Call {
    let uncertain = false;
    for (const open of [...this.#open]) {
      if (isComplete(open)) {
        this.#end(open);
        ended.push(open.key);
      } else if (open.bare === piece.bare) {
        uncertain = true;
        this.#doubt(doubtful, open);
      }
    }
    const count = this.#counts.get(piece.slot) ?? 0;
    this.#counts.set(piece.slot, count + 1);
    const call = {
      key: count === 0 ? piece.slot : `${piece.slot}/${count}`,
      bare: piece.bare,
      id: null,
      names: [],
      progress: new JsonProgress(),
      ended: false,
      uncertain,
    };
    this.#open.add(call);
    this.#latest.set(piece.slot, call);
    return call;
  }

  #continues(call: Call, piece: CallPiece): Call | null {
    this.#refuseOtherName(call, piece);
    if (!call.ended) return call;
    if (piece.text.trim() === '') return null;
    throw new Malformed(piece.at, 'a call continues after another one began');
  }

  /** A name may arrive in pieces before the arguments, if the request offers a tool with that prefix. */
  #refuseOtherName({ names, progress }: Call, { name, at }: CallPiece): void {
    if (name === null || names.length === 0 || names.includes(name)) return;
    const isInPieces = this.#beginsLikeTool(names.join('') + name);
    const isRepeatedLonger = name.startsWith(names.at(-1) ?? '') && this.#beginsLikeTool(name);
    if (progress.progress === 'empty' && (isInPieces || isRepeatedLonger)) return;
    throw new Malformed(at, 'a call has two names');
  }

  #beginsLikeTool(beginning: string): boolean {
    return this.#offered.length === 0 || this.#offered.some((tool) => tool.startsWith(beginning));
  }

  #doubt(doubtful: Call[], ...calls: readonly Call[]): void {
    for (const call of calls) call.uncertain = true;
    doubtful.push(...calls);
  }

  #end(call: Call): void {
    call.ended = true;
    this.#open.delete(call);
  }
}

/** Placeholder for the free text of a custom tool, whose end may never be known. */
const FREE_TEXT = '"';

const EMPTY = { pointer: null, name: null, arguments: '', whole: false } as const;

function isComplete({ progress: { progress } }: Call): boolean {
  return progress === 'closed' || progress === 'beyond';
}

/** @throws Malformed if a complete call gets another name under its ID. */
function beginsAnother({ id, name, text, at }: CallPiece, current: Call): boolean {
  const hasId = id !== null && current.id !== null;
  if (hasId && id !== current.id) return name !== null || isComplete(current);
  if (name === null || current.names.length === 0 || !isComplete(current)) return false;
  const isSame = current.names.includes(name);
  if (hasId && !isSame) throw new Malformed(at, 'a call has two names');
  return !isSame || (!hasId && (text !== '' || current.ended));
}

function pieceOf(call: Call, { name, alsoNamed, text, pointer, custom }: CallPiece): StreamCall {
  return {
    key: call.key,
    pointer,
    name,
    arguments: text,
    whole: false,
    ...(alsoNamed.length === 0 ? {} : { alsoNamed }),
    ...(custom ? { freeText: true } : {}),
    ...(call.uncertain ? { uncertain: true } : {}),
  };
}
