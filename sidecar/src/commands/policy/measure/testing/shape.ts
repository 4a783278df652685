import type { Step, Trace } from './trace.ts';

/** Traces of one kind of agent. */
export interface Shape {
  readonly policy: string;
  readonly benign: readonly Trace[];
  readonly attacks: readonly Trace[];
}

export function trace(asked: string, steps: readonly Step[], ...call: Trace['call']): Trace {
  return { asked, steps, call };
}
