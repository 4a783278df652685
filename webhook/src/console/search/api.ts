import type { ExchangeRow } from '../api-decisions.ts';

/**
 * `GET /api/decisions?from=MS&to=MS&show=all|changed|observed&limit=200&namespace=NAME`: exchanges of all workloads that the caller may see, or of
 * those of one namespace, that began or were decided on between two times, newest first, as their sidecars still have them. `from` and `to` are needed, at most an hour apart: 400 without. The search ends after a few seconds: `reach` says how far it came. 429 `too_often`, with
 * `retry-after`: two searches of this user are under way; 503 `unavailable`: sixteen in all.
 */
export interface FleetDecisions {
  readonly v: 1;
  readonly nowMs: number;
  /** At most `limit`. */
  readonly exchanges: readonly FoundRow[];
  /** How many were found, listed or not. */
  readonly matching: number;
  readonly reach: Reach;
  /** Of sidecars that did not answer, the first. */
  readonly problems: readonly {
    readonly namespace: string;
    readonly pod: string;
    readonly problem: string;
  }[];
}

/** What was searched. All numbers are of pods that the caller may see. */
export interface Reach {
  readonly sidecars: number;
  /** The others were not asked within the time of a search. */
  readonly asked: number;
  readonly answered: number;
  /** Of these, those that have dropped exchanges of that time for newer ones, or have more than they say: the record has them. */
  readonly forgot: number;
  /** Of those that answered, those that began to keep exchanges within or after that time: a record of before may have some. */
  readonly younger: number;
  /** Pods without a boundary: nothing is known of them. */
  readonly unguarded: number;
}

export interface FoundRow extends ExchangeRow {
  readonly namespace: string;
  readonly workload: { readonly kind: string; readonly name: string };
}
