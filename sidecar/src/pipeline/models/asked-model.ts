import {
  appendItems,
  isObject,
  parseReply,
  removeParts,
  type Denial,
  type FoundDialect,
  type JsonObject,
} from '../../dialects/index.ts';
import { isUntrusted, type Prompt, type Reply, type Usage } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { decodeUtf8, withoutMark } from '../inspect/decode.ts';

/** How often one request is sent again with results of denied calls: a model that insists comes to an end. */
const MOST_ROUNDS = 3;

/** What the model is asked after a reply of which nothing was delivered. */
interface Again {
  readonly asked: AskedModel;
  /** Of that reply. */
  readonly usage: Usage;
  /** It has text of neither the caller nor the model, which the model reads again. */
  readonly isTainted: boolean;
}

/** What the model was asked, and may be asked again where it makes calls that are refused (`action.onDeny: deny-result`). */
export class AskedModel {
  readonly #dialect: FoundDialect['dialect'];
  readonly #policy: CompiledPolicy;
  readonly #prompt: Prompt;
  readonly #request: JsonObject;
  readonly #body: Buffer | null;
  readonly #round: number;

  /** `body`: as it went to the model; null if there is none, or no other could go in its place. */
  constructor(
    dialect: FoundDialect['dialect'],
    policy: CompiledPolicy,
    { prompt, value }: { readonly prompt: Prompt; readonly value: JsonObject },
    body: Buffer | null,
    round = 0,
  ) {
    this.#dialect = dialect;
    this.#policy = policy;
    this.#prompt = prompt;
    this.#request = value;
    this.#body = body;
    this.#round = round;
  }

  /** As it went to the model; empty if no other could. */
  get body(): Buffer {
    return this.#body ?? Buffer.alloc(0);
  }

  /**
   * False where policy does not want it, the dialect has no results of tools, several replies are wanted, no other body may go in place of the
   * first, or it was asked often enough.
   */
  get mayAskAgain(): boolean {
    const { action } = this.#policy;
    const isWanted = action.onDeny === 'deny-result' && this.#dialect.denial !== undefined;
    return isWanted && (this.#prompt.choices ?? 1) === 1 && this.#body !== null && this.#round < MOST_ROUNDS;
  }

  /**
   * The request with the calls of this reply, of which `refused` says the reasons, and their results. Null: the model cannot be asked so.
   */
  again(
    said: Buffer | readonly string[],
    refused: (reply: Reply) => readonly (string | null)[],
  ): Again | null {
    const { denial } = this.#dialect;
    if (!this.mayAskAgain || denial === undefined) return null;
    try {
      const value = Buffer.isBuffer(said)
        ? parseReply(withoutMark(said)).value
        : denial.gather(objectsOf(said));
      if (value === null || !isObject(value)) return null;
      const reply = this.#dialect.reply(value, this.#prompt);
      const reasons = refused(reply);
      if (reasons.every((reason) => reason === null)) return null;
      const turn = denial.turn(this.#request, value, reasons.map(resultOf));
      const body = turn === null ? null : appended(this.#freed(denial), turn.member, turn.items);
      if (body === null) return null;
      const request = { prompt: this.#prompt, value: this.#request };
      const asked = new AskedModel(this.#dialect, this.#policy, request, body, this.#round + 1);
      return { asked, usage: reply.usage, isTainted: reply.segments.some(isUntrusted) };
    } catch {
      // It was withheld, and stays so.
      return null;
    }
  }

  /** The text of the request without a forced choice, which is there in the first round. */
  #freed(denial: Denial): string {
    const text = decodeUtf8(withoutMark(this.body));
    const choice = this.#round === 0 ? denial.freed(this.#request) : null;
    return choice === null ? text : withMember(text, choice);
  }
}

/** The text of an object with another value of this member, which it has. */
function withMember(
  text: string,
  { member, value }: { readonly member: string; readonly value: unknown },
): string {
  const others = removeParts(text, [`/${member}`]);
  return others.replace('{', () => `{${JSON.stringify(member)}:${JSON.stringify(value)},`);
}

/** Frames that are no objects (`[DONE]`) say nothing. @throws Malformed */
function objectsOf(frames: readonly string[]): readonly JsonObject[] {
  return frames
    .filter((data) => data.trimStart().startsWith('{'))
    .map((data) => parseReply(Buffer.from(data)).value)
    .filter(isObject);
}

/** A text in place of a list is what the user says. */
function appended(asked: string, member: string, items: readonly unknown[]): Buffer | null {
  const text = appendItems(
    asked,
    member,
    items.map((item) => JSON.stringify(item)),
    (literal) => `{"role":"user","content":${literal}}`,
  );
  return text === null ? null : Buffer.from(text);
}

function resultOf(reason: string | null): string {
  return reason === null
    ? 'This call was not run, because another call of the same turn is not allowed. Make it again if it is still needed.'
    : `This call was not run: the policy of this workload does not allow it (${reason}). Do not make it again as it is.`;
}
