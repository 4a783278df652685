import type { Decision, Hit } from '../../exchange/index.ts';

/** How often, and Unix times in milliseconds of the first and the last time. */
interface Times {
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Exchanges that a rule refused, or would have refused in observe mode. */
interface RefusalNotice extends Times {
  readonly kind: 'refused' | 'observed';
  /** `ingress`, `egress` or `action`. */
  readonly control: Hit['control'];
  /** Of policy or detector, at most 128 characters; the code where no rule made the decision. */
  readonly rule: string;
  readonly code: Hit['code'];
  /** ID of the decision of the last one. */
  readonly exchange: string;
}

/** What concerns the sidecar as a whole. */
export type StateNotice =
  | { readonly kind: 'policy_changed'; readonly policy: string; readonly sha256: string }
  | { readonly kind: 'policy_rejected'; readonly policy: string }
  /** All four conditions were met until an exchange broke one. */
  | { readonly kind: 'conditions_ceased'; readonly condition: string; readonly reason: string };

/** What operators are told of, counted. Names and numbers alone, no content. */
export type Notice = RefusalNotice | (StateNotice & Times);

/** What is sent at once. */
export interface NoticeBatch {
  readonly notices: readonly Notice[];
  /** How many are not among them, since there were too many kinds. */
  readonly more: number;
}

const MAX_KINDS = 64;
const MAX_RULE_CHARS = 128;

/** Counts decisions by rule until they are taken. Bounded: rules beyond the 64th of a batch are counted together. */
export class Notices {
  readonly #clock: () => number;
  readonly #arrived: () => void;
  #kept = new Map<string, Notice>();
  #more = 0;

  /** @param clock Unix time in milliseconds @param arrived called at the first notice after a batch was taken */
  constructor(clock: () => number, arrived: () => void) {
    this.#clock = clock;
    this.#arrived = arrived;
  }

  /** Counts a decision once for each rule that refused, or would have. Ends of exchanges are no decisions of controls. */
  decided({ kind, verdict, code, hits, exchange }: Decision): void {
    if (kind === 'close' || kind === 'retry') return;
    const blocks = hits.filter(({ action }) => action === 'block');
    if (blocks.length === 0 && verdict !== 'block') return;
    const lastMs = this.#clock();
    const seen = new Set<string>();
    const count = (notice: Omit<RefusalNotice, keyof Times | 'exchange'>): void => {
      const rule = notice.rule.slice(0, MAX_RULE_CHARS);
      const key = keyOf({ ...notice, rule });
      if (seen.has(key)) return;
      seen.add(key);
      this.#add(key, { ...notice, rule, count: 1, firstMs: lastMs, lastMs, exchange });
    };
    for (const { control, rule, mode, code: why } of blocks)
      count({ kind: mode === 'enforce' ? 'refused' : 'observed', control, rule, code: why });
    if (verdict === 'block' && code !== null && !blocks.some(({ mode }) => mode === 'enforce'))
      count({ kind: 'refused', control: kind, rule: code, code });
  }

  /** Counts what concerns the sidecar as a whole. */
  happened(notice: StateNotice): void {
    const lastMs = this.#clock();
    this.#add(keyOf(notice), { ...notice, count: 1, firstMs: lastMs, lastMs });
  }

  /** Null: there is none. */
  take(): NoticeBatch | null {
    if (this.#kept.size === 0) return null;
    const batch = { notices: [...this.#kept.values()], more: this.#more };
    this.#kept = new Map();
    this.#more = 0;
    return batch;
  }

  /** A batch that could not be sent. */
  giveBack({ notices, more }: NoticeBatch): void {
    const since = this.#kept;
    this.#kept = new Map(notices.map((notice) => [keyOf(notice), notice]));
    this.#more += more;
    for (const [key, notice] of since) this.#add(key, notice);
  }

  #add(key: string, notice: Notice): void {
    const known = this.#kept.get(key);
    if (known === undefined && this.#kept.size >= MAX_KINDS) {
      this.#more += notice.count;
      return;
    }
    const isFirst = this.#kept.size === 0;
    this.#kept.set(
      key,
      known === undefined ? notice : { ...notice, firstMs: known.firstMs, count: known.count + notice.count },
    );
    if (isFirst) this.#arrived();
  }
}

function keyOf(notice: Pick<RefusalNotice, 'kind' | 'control' | 'rule'> | StateNotice): string {
  switch (notice.kind) {
    case 'refused':
    case 'observed':
      return `${notice.kind} ${notice.control} ${notice.rule}`;
    case 'policy_changed':
      return `${notice.kind} ${notice.sha256}`;
    case 'policy_rejected':
      return `${notice.kind} ${notice.policy}`;
    case 'conditions_ceased':
      return `${notice.kind} ${notice.condition} ${notice.reason}`;
    default:
      return notice satisfies never;
  }
}
