import { ANNOTATIONS } from '../pod/names.ts';
import type { Pod } from '../pod/pod.ts';
import { refuse } from '../pod/refusals.ts';

/** No model's name stands in them, as it may in those of the policy: `models.allow` would have to know it. */
const PREFIX = /^(\/[A-Za-z0-9_.~-]+)+$/;
const MAX_COUNT = 10;
const MAX_LENGTH = 200;

/**
 * Paths under which the model server has the routes of known APIs, of the annotation. They open inspected routes of the author's own server
 * alone, so that no policy has to allow them. @throws InjectionRefused
 */
export function pathPrefixes(pod: Pod): readonly string[] {
  const value = pod.metadata?.annotations?.[ANNOTATIONS.prefixes];
  if (value === undefined) return [];
  const all = [...new Set(value.split(',').map((each) => each.trim()))];
  if (all.length <= MAX_COUNT && all.every((each) => each.length <= MAX_LENGTH && PREFIX.test(each)))
    return all;
  return refuse(
    'annotation_invalid',
    `metadata.annotations[${ANNOTATIONS.prefixes}]`,
    `Accepted: up to ${MAX_COUNT} paths with commas between them ("/team/llm,/openai/v2"), without a slash at the end.`,
  );
}
