import { decidingKey, publicPointer, type RefusalCode } from '../exchange/index.ts';
import type { Setting } from '../policy/compile/compiled.ts';
import type { Hit, Mode, Redaction, Verdict } from '../exchange/verdict.ts';

/** Further hits are dropped, so that records and metrics stay bounded. */
const MAX_HITS = 64;

/** Collects the hits of one decision and derives its verdict. */
export class Tally {
  readonly #mode: Mode;
  readonly #hits: Hit[] = [];
  readonly #seen = new Set<string>();
  readonly #redactions: Redaction[] = [];
  readonly #restored = new Map<string, number>();
  #findings = 0;
  #changes = false;
  #block: { readonly code: RefusalCode; readonly detail: string | null } | null = null;

  /** `mode` is the policy's: in observe mode no rule is enforced, whatever its own mode. */
  constructor(mode: Mode) {
    this.#mode = mode;
  }

  /** The mode in which a rule acts. */
  modeOf(setting: Pick<Setting, 'mode'>): Mode {
    return this.#mode === 'observe' ? 'observe' : setting.mode;
  }

  /** Adds a hit of a rule with this setting. `detail` says where and what kind, never content. */
  hit(seen: Omit<Hit, 'action' | 'mode'>, setting: Setting, detail: string | null = null): void {
    this.#findings += 1;
    const mode = this.modeOf(setting);
    const pointer = seen.pointer === null ? null : publicPointer(seen.pointer);
    this.#note({ ...seen, pointer, action: setting.action, mode });
    if (mode === 'enforce' && setting.action === 'block')
      this.#block ??= { code: seen.code, detail: detail ?? allowedBy(seen) };
  }

  /** Adds what another tally has seen. `instead`: what is done in place of its blocks that are enforced. */
  add(other: Tally, instead: Extract<Hit['action'], 'redact'> | null): void {
    this.#findings += other.#findings;
    for (const hit of other.#hits)
      this.#note(instead === null || hit.mode === 'observe' ? hit : { ...hit, action: instead });
    if (instead === null) this.#block ??= other.#block;
    else this.#changes ||= other.blocked;
  }

  /** Adds a replacement. For enforced rules only. */
  redact(redaction: Redaction): void {
    this.#redactions.push(redaction);
  }

  /** Notes that a pseudonym of this kind becomes its value. */
  restore(kind: string): void {
    this.#restored.set(kind, (this.#restored.get(kind) ?? 0) + 1);
  }

  /** True once an enforced rule has blocked: further checks are unnecessary. */
  get blocked(): boolean {
    return this.#block !== null;
  }

  /** Calls of `hit` so far, in any mode, repeated ones included. */
  get findings(): number {
    return this.#findings;
  }

  verdict(): Verdict {
    const hits = this.#hits;
    if (this.#block !== null) return { kind: 'block', hits, ...this.#block, retryAfterSeconds: null };
    const redactions = this.#redactions;
    // To restore what stood for a value is no verdict on it.
    const replaces = redactions.length > 0 && hits.some(isReplacing);
    const restored = this.#restored.size === 0 ? {} : { tokenised: Object.fromEntries(this.#restored) };
    if (replaces || this.#changes) return { kind: 'redact', hits, redactions, ...restored };
    if (redactions.length === 0) return { kind: 'allow', hits, ...restored };
    return { kind: 'allow', hits, redactions, ...restored };
  }

  #note(hit: Hit): void {
    const key = `${hit.rule} ${hit.mode} ${hit.pointer ?? ''}`;
    if (this.#seen.has(key) || (this.#hits.length >= MAX_HITS && hit.mode === 'observe')) return;
    this.#seen.add(key);
    this.#hits.push(hit);
  }
}

/** The key that decided, and no other with the same code. */
function allowedBy(hit: Pick<Hit, 'control' | 'rule'>): string | null {
  const key = decidingKey(hit);
  return key === null ? null : `${key} of the policy would allow it.`;
}

function isReplacing({ mode, action }: Hit): boolean {
  return mode === 'enforce' && action !== 'block';
}
