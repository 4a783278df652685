import type { PolicyDocument } from '../keys/schema.ts';
import { schemasOf } from '../keys/tools.ts';
import type { Fault } from './explain-issue.ts';

type ToolSets = NonNullable<NonNullable<PolicyDocument['action']>['tools']>;

/** What of the tools has no effect, or refuses all. */
export function toolFaults({
  action,
  endpoints,
}: Pick<PolicyDocument, 'action' | 'endpoints'>): readonly Fault[] {
  const sets = action?.tools ?? [];
  const hasOwn = endpoints?.mcp !== undefined;
  return [...trustWithoutEffect(sets), ...(hasOwn ? offeredWithoutOffers(sets) : [])];
}

/** Tools that are trusted for nothing, and sources that no tool can provide. A layer that relies on trust must give it itself (ADR 28). */
function trustWithoutEffect(sets: ToolSets): readonly Fault[] {
  const [set, ...others] = sets;
  // Several are written by the meet of layers.
  return set === undefined || others.length > 0 ? [] : faultsOf(set);
}

/** Tools whose calls at `endpoints.mcp` are all refused: a call of MCP comes without an offer. */
function offeredWithoutOffers(sets: ToolSets): readonly Fault[] {
  const [set, ...others] = sets;
  if (set === undefined || others.length > 0) return [];
  return set.tools.flatMap((tool, index): Fault[] =>
    schemasOf(tool).includes('offered')
      ? [
          {
            path: ['action', 'tools', index, 'schema'],
            at: 'value',
            message:
              'requests at endpoints.mcp offer no tools, so every call of it there is refused; write the schema out in another entry for the tool',
          },
        ]
      : [],
  );
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
