import { publicPointer, type RefusalCode } from '../exchange/index.ts';
import type { Setting } from '../policy/compile/compiled.ts';
import type { Hit, Mode, Redaction, Verdict } from '../exchange/verdict.ts';

/** More hits than this say nothing new; records and metrics stay bounded. */
const MAX_HITS = 64;

/** Collects what the rules of one decision saw, and makes the verdict of it. */
export class Tally {
  readonly #mode: Mode;
  readonly #hits: Hit[] = [];
  readonly #seen = new Set<string>();
  readonly #redactions: Redaction[] = [];
  #block: { readonly code: RefusalCode; readonly detail: string | null } | null = null;

  /** `mode` is the policy's: in observe mode no rule is applied, whatever it says itself. */
  constructor(mode: Mode) {
    this.#mode = mode;
  }

  /** The mode in which a rule acts. */
  modeOf(setting: Pick<Setting, 'mode'>): Mode {
    return this.#mode === 'observe' ? 'observe' : setting.mode;
  }

  /** A rule with this setting saw something. `detail` says where and what kind, never content. */
  hit(seen: Omit<Hit, 'action' | 'mode'>, setting: Setting, detail: string | null = null): void {
    const mode = this.modeOf(setting);
    const pointer = seen.pointer === null ? null : publicPointer(seen.pointer);
    this.#note({ ...seen, pointer, action: setting.action, mode });
    if (mode === 'enforce' && setting.action === 'block') this.#block ??= { code: seen.code, detail };
  }

  /** A rule wants text replaced. Call it for enforced rules only. */
  redact(redaction: Redaction): void {
    this.#redactions.push(redaction);
  }

  /** True once an enforced rule has blocked: the rest need not be looked at. */
  get blocked(): boolean {
    return this.#block !== null;
  }

  verdict(): Verdict {
    const hits = this.#hits;
    if (this.#block !== null) return { kind: 'block', hits, ...this.#block, retryAfterSeconds: null };
    if (this.#redactions.length > 0) return { kind: 'redact', hits, redactions: this.#redactions };
    return { kind: 'allow', hits };
  }

  #note(hit: Hit): void {
    const key = `${hit.rule} ${hit.mode} ${hit.pointer ?? ''}`;
    if (this.#seen.has(key) || (this.#hits.length >= MAX_HITS && hit.mode === 'observe')) return;
    this.#seen.add(key);
    this.#hits.push(hit);
  }
}
