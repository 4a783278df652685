import type { CompiledPolicy } from './policy/compile/compiled.ts';
import { formatProblem, PolicyInvalid } from './policy/kinds/problem.ts';
import type { Log } from './telemetry/log.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/** Says which policy is judged beside the one in force, or why none is: it has no effect, so nothing else would. */
export function tellOfShadow(
  shadow: CompiledPolicy | PolicyInvalid | null,
  source: string,
  { log, telemetry }: { readonly log: Log; readonly telemetry: Telemetry },
): void {
  if (shadow instanceof PolicyInvalid) {
    telemetry.shadowChanged(null);
    telemetry.shadowRejected();
    log.shadowRejected(source, shadow.problems.map(formatProblem));
    return;
  }
  const sha256 = shadow?.sha256 ?? null;
  telemetry.shadowChanged(sha256);
  log.shadowLoaded(sha256);
}
