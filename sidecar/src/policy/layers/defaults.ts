import { SECTIONS, type PolicyDocument } from '../keys/schema.ts';
import { eachSection, type CompletePolicy } from './fill.ts';

/** The defaults of all keys: the embedded policy `default`. */
export const DEFAULT_POLICY: CompletePolicy = {
  version: 1,
  mode: 'enforce',
  ...eachSection<CompletePolicy>((name) => SECTIONS[name].default),
};

/**
 * Adds to a floor the defaults of all keys with a strict side. Lists and limits stay open, so that a floor need not name every model, tool
 * and host of its cluster.
 */
export function completeFloor(floor: PolicyDocument): PolicyDocument {
  return {
    ...floor,
    ...eachSection<PolicyDocument>((name) => {
      const silent = SECTIONS[name].floor;
      return Object.keys(silent).length === 0 ? floor[name] : { ...silent, ...floor[name] };
    }),
  };
}
