import { ConditionsWatch, type ConditionState } from './conditions/index.ts';
import type { Config } from './config.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

const VALUES: Readonly<Record<ConditionState, 1 | 0 | -1>> = { met: 1, broken: 0, unknown: -1 };
const OVERALL = { suffices: 1, needed: 0, unknown: -1 } as const;

/** The watch over the four conditions, with its metrics. @param ceased the workload met all of them until now */
export function watchConditions(
  { outbound, canaries }: Pick<Config, 'outbound' | 'canaries'>,
  telemetry: Pick<Telemetry, 'conditionBroken' | 'conditionStates'>,
  ceased: (condition: string, reason: string) => void,
): ConditionsWatch {
  const watch = new ConditionsWatch({
    // Unlike the system's clock it does not jump, so that a day is a day.
    clock: () => performance.timeOrigin + performance.now(),
    // Only redirect has canaries: under takeover a container can dial past the sidecar.
    seesOutbound: outbound !== null && canaries.length > 0,
    onBreak: (condition, reason, ceases) => {
      telemetry.conditionBroken(condition, reason);
      if (ceases) ceased(condition, reason);
    },
  });
  telemetry.conditionStates(() => {
    const { conditions, verdict } = watch.report();
    return [
      ...conditions.map(({ condition, state }) => [condition, VALUES[state]] as const),
      ['all', OVERALL[verdict]] as const,
    ];
  });
  return watch;
}
