import { parseVerifier } from '../../record/note.ts';
import { namedIn, type Line } from '../../record/schema.ts';
import { ChainCheck, type Anchor } from '../chain-check.ts';
import type { NamedLog } from '../collect.ts';
import type { EvidenceLine } from '../evidence.ts';
import { ReceivedLog } from '../received/received-log.ts';
import { DIFFERS } from '../received/verify-received.ts';
import { UNREADABLE } from '../report.ts';
import type { AnchoredLog } from './fleet-statements.ts';

const ANCHOR = 'the anchor';

type PrunedLine = Extract<Line, { kind: 'pruned' }>;

/** The lines of one log of a pod, from all copies, compared with each other and with the anchor's statements. */
export class PodLog {
  readonly check: ChainCheck;
  /** The anchor's statements; null: none. */
  readonly known: AnchoredLog | null;
  /** The older logs that it names. */
  readonly names: NamedLog[] = [];
  readonly pruned: PrunedLine[] = [];
  /** From its first line; null if that is absent. */
  identity: Extract<Line, { kind: 'genesis' }>['identity'] | null = null;
  readonly #lines: ReceivedLog;
  /** The last position in each file that keeps the order. */
  readonly #lastIn = new Map<string, number>();

  constructor(origin: string, known: AnchoredLog | null) {
    this.known = known;
    const key = known === null ? null : parseVerifier(known.key);
    this.check = new ChainCheck(origin, { anchors: known === null ? [] : anchorsOf(known), gaps: true, key });
    this.#lines = new ReceivedLog({
      add: (text, line, where) => {
        this.check.add(text, line, where);
        this.names.push(...namedIn(line));
        if (line.kind === 'genesis') this.identity = line.identity;
        if (line.kind === 'pruned') this.pruned.push(line);
      },
      tampered: (where, text) => this.check.tampered(where, text),
    });
  }

  /** `line` is null if the text is not a line. `file`: its source. */
  add(received: EvidenceLine, line: Line | null, file: string): void {
    const { text, where, ordered, differs } = received;
    if (line?.origin !== this.check.origin) this.check.tampered(where, UNREADABLE);
    else if (differs) this.check.tampered(where, DIFFERS);
    else {
      if (ordered) this.#inOrder(line.seq, where, file);
      this.#lines.add(text, line, where);
    }
  }

  /** No more lines will come. */
  finish(): void {
    this.#lines.finish();
  }

  /** A concatenated copy may repeat lines; unless lines were moved, it has no new line after a later one. */
  #inOrder(seq: number, where: string, file: string): void {
    const last = this.#lastIn.get(file) ?? -1;
    if (seq < last && !this.#lines.has(seq))
      this.check.tampered(where, `has seq ${seq} and stands behind ${last}: lines were moved`);
    this.#lastIn.set(file, Math.max(last, seq));
  }
}

function anchorsOf({ origin, genesis, heads }: AnchoredLog): readonly Anchor[] {
  return [
    { head: { origin, size: 1, hash: genesis }, by: ANCHOR },
    ...heads.map(({ size, hash }) => ({ head: { origin, size, hash }, by: ANCHOR })),
  ];
}
