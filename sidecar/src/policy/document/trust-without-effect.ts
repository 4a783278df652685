import type { PolicyDocument } from '../keys/schema.ts';
import type { Fault } from './explain-issue.ts';

type ToolSets = NonNullable<NonNullable<PolicyDocument['action']>['tools']>;

/** Tools that are trusted for nothing, and sources that no tool can provide. A layer that relies on trust must give it itself (ADR 28). */
export function trustWithoutEffect({ action }: Pick<PolicyDocument, 'action'>): readonly Fault[] {
  const [set, ...others] = action?.tools ?? [];
  // Several are written by the meet of layers.
  return set === undefined || others.length > 0 ? [] : faultsOf(set);
}

function faultsOf({ tools }: ToolSets[number]): readonly Fault[] {
  const isTrusting = tools.some(({ results }) => results === 'trusted');
  const relies = tools.some(
    (tool) => (tool.when ?? tool.arguments ?? tool.sources ?? tool.acts) !== undefined,
  );
  const asks = tools.some(
    ({ acts, ...tool }) =>
      acts !== undefined || /\bprivate\b/.test(`${tool.when ?? ''} ${tool.arguments ?? ''}`),
  );
  return tools.flatMap(({ results, reads, sources = {} }, index): Fault[] => {
    const path = ['action', 'tools', index];
    const absent = Object.entries(sources).filter(([, from]) => from.includes('trusted') && !isTrusting);
    return [
      ...absent.map(([name]) => ({
        path: [...path, 'sources', name],
        at: 'value' as const,
        message: 'no tool of this policy has results: trusted, so no value comes from there',
      })),
      ...(reads === 'private' && !asks
        ? [
            {
              path: [...path, 'reads'],
              at: 'value' as const,
              message:
                'has no effect here: no tool of this policy has acts: outside or asks for exchange.private',
            },
          ]
        : []),
      ...(results === 'trusted' && !relies
        ? [
            {
              path: [...path, 'results'],
              at: 'value' as const,
              message: 'has no effect: no tool of this policy has when, arguments, sources or acts',
            },
          ]
        : []),
    ];
  });
}
