import { CONTROLS, type Control } from './controls.ts';
import type { Facts, Period } from './facts.ts';
import { gapsOf } from './gaps.ts';
import type { Verification } from './verification.ts';

/** A control with what this record has for it. */
export interface ControlRow extends Control {
  /** Refusals and replacements, and what was observed, under its codes. Null: it has none, or the tables leave rows out. */
  readonly hits: { readonly enforced: number; readonly observed: number } | null;
}

/** What a record shows of a time, for people who were not there. `v` changes where a member changes its meaning or goes. */
export interface AuditReport {
  readonly v: 1;
  /** When the report was made: RFC 3339. */
  readonly generated: string;
  readonly period: Period & { readonly firstTime: string | null; readonly lastTime: string | null };
  readonly verification: Verification;
  readonly facts: Omit<Facts, 'firstTime' | 'lastTime'>;
  readonly gaps: readonly string[];
  readonly controls: readonly ControlRow[];
}

export function auditReport(
  all: Facts,
  verification: Verification,
  { period, generated }: { readonly period: Period; readonly generated: string },
): AuditReport {
  const { firstTime, lastTime, ...facts } = all;
  return {
    v: 1,
    generated,
    period: { ...period, firstTime, lastTime },
    verification,
    facts,
    gaps: gapsOf(all, verification),
    controls: CONTROLS.map((control) => ({ ...control, hits: hitsOf(control, all) })),
  };
}

function hitsOf({ codes }: Control, { enforced, observed }: Facts): ControlRow['hits'] {
  const isWhole = [enforced, observed].every(({ omitted, isCut }) => omitted === 0 && !isCut);
  if (codes.length === 0 || !isWhole) return null;
  const count = ({ rows }: Facts['enforced']): number =>
    rows.filter(({ code }) => codes.includes(code)).reduce((sum, row) => sum + row.count, 0);
  return { enforced: count(enforced), observed: count(observed) };
}
