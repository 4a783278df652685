import { CONTROLS, type Control } from './controls.ts';
import type { Facts, Period } from './facts.ts';
import { gapsOf } from './gaps.ts';
import type { Verification } from './verification.ts';

/** A control with its support in this record. */
export interface ControlRow extends Control {
  /** Refusals and replacements, and observed hits, with its codes. Null: it has no codes, or the tables omit rows. */
  readonly hits: { readonly enforced: number; readonly observed: number } | null;
}

/** The record of a time range for auditors. `v` changes when a member changes its meaning or is removed. */
export interface AuditReport {
  readonly v: 1;
  /** When the report was generated: RFC 3339. */
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
