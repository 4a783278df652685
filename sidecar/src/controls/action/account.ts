import { publicPointer, type Exchange } from '../../exchange/index.ts';
import type { Hit } from '../../exchange/verdict.ts';
import { foldName } from '../../policy/compile/names/argument-names.ts';
import type {
  CompiledPolicy,
  CompiledTool,
  CompiledTools,
  ValueSource,
} from '../../policy/compile/compiled.ts';
import type { ActionContext, Wanted } from './action-context.ts';
import { valuesIn } from './argument-values.ts';
import { earlierCalls, repetitions } from './earlier-calls.ts';
import { holdsNothing } from './offered-schemas.ts';
import { privateIn } from './private.ts';
import { folded, standsIn } from './standing.ts';
import { taintsOf, trustIn, type Labelling } from './taint.ts';
import type { ConditionAccount, ToolAccount, ValueAccount } from './tool-account.ts';
import { TrustedResults } from './trusted-results.ts';
import { sourcesOf, textOf } from './value-sources.ts';

/** Of one call, values whose places are looked up; of one value, places; of one label, reasons. */
const MAX_VALUES = 64;
const MAX_PLACES = 8;
const MAX_REASONS = 8;

/** `failureOf`: as the control judges, the first condition of a rule that fails. */
export function accountOf(
  context: ActionContext,
  tools: CompiledTools,
  wanted: Wanted,
  rules: readonly CompiledTool[],
  failureOf: (rule: CompiledTool) => Hit['rule'] | null,
): ToolAccount {
  const { exchange, policy, counting } = context;
  const { name, pointer, args } = wanted;
  const calls = earlierCalls(exchange, tools, counting);
  return {
    name,
    pointer: publicPointer(pointer),
    kind: kindOf(args),
    section: tools.place,
    mode: policy.mode === 'observe' ? 'observe' : tools.mode,
    default: tools.default,
    resembles: rules.length === 0 && tools.resembles(name) !== null,
    rules: rules.map((rule) => ({
      failed: failureOf(rule),
      entries: rule.apart().flatMap((apart) =>
        apart.entries.map((entry) => ({
          entry,
          conditions: eachAlone(apart, name).map(({ alone, ...condition }) => ({
            ...condition,
            holds: failureOf(alone) === null,
            ...(holdsNothing(alone, context, name) ? { isOpen: true as const } : {}),
          })),
        })),
      ),
    })),
    tainted: { holds: context.tainted, by: reasons(taintsOf(exchange, policy)) },
    isPrivate: { holds: context.isPrivate, by: reasons(privateIn(exchange, policy)) },
    definition: definitionOf(wanted, context),
    arguments: typeof args === 'string' ? [] : Object.keys(args),
    values: typeof args === 'string' ? [] : valuesOf(args, exchange, policy),
    counts: tools.counts.map((query) => ({ ...query, value: knownOr(() => calls.count(query)) })),
    earlier: exchange.prompt.calls.map((call) => call.name),
    repetitions: wanted.text === undefined ? 0 : repetitions(exchange, { name, arguments: wanted.text }),
  };
}

function definitionOf({ pointer, args }: Wanted, { definitions }: ActionContext): string | null {
  const isOffer = args === 'not known yet' || args === 'never known';
  const sha256 = isOffer ? (definitions?.hashOf(pointer) ?? null) : null;
  return sha256 === null ? null : `sha256-${sha256}`;
}

function kindOf(args: Wanted['args']): ToolAccount['kind'] {
  if (args === 'not known yet') return 'offered';
  if (args === 'never known') return 'offered at the provider';
  return args === 'unreadable' ? 'called with arguments that are no object' : 'called';
}

function reasons(by: Iterable<Labelling>): readonly Labelling[] {
  const found: Labelling[] = [];
  for (const { pointer, why } of by) {
    found.push({ pointer: pointer === null ? null : publicPointer(pointer), why });
    if (found.length === MAX_REASONS) break;
  }
  return found;
}

/** The rule with one of its conditions each. */
function eachAlone(
  rule: CompiledTool,
  name: string,
): readonly (Omit<ConditionAccount, 'holds'> & { readonly alone: CompiledTool })[] {
  const {
    matchesModel,
    when,
    arguments: condition,
    schemas,
    fitsOffer,
    sources,
    repeats,
    actsOutside,
    pinned,
  } = rule;
  const none = {
    ...rule,
    ...{ matchesModel: null, when: null, arguments: null, schemas: [], fitsOffer: false, sources: [] },
    ...{ repeats: null, actsOutside: null, pinned: null },
  };
  return [
    ...(matchesModel === null ? [] : [{ rule: 'tool.models', alone: { ...none, matchesModel } }]),
    ...(pinned === null ? [] : [{ rule: 'tool.changed', alone: { ...none, pinned } }]),
    ...(when === null ? [] : [{ rule: 'tool.when', alone: { ...none, when } }]),
    ...(repeats === null ? [] : [{ rule: 'tool.repeats', alone: { ...none, repeats } }]),
    ...(actsOutside?.(name) !== true ? [] : [{ rule: 'tool.acts-outside', alone: { ...none, actsOutside } }]),
    ...(schemas.length === 0 && !fitsOffer
      ? []
      : [{ rule: 'tool.schema', alone: { ...none, schemas, fitsOffer } }]),
    ...(condition === null ? [] : [{ rule: 'tool.arguments', alone: { ...none, arguments: condition } }]),
    ...sources.map((source) => ({
      rule: 'tool.sources',
      argument: source.argument,
      alone: { ...none, sources: [source] },
    })),
  ];
}

const SOURCES = ['user', 'system', 'trusted'] as const satisfies readonly ValueSource[];

function valuesOf(
  args: Readonly<Record<string, unknown>>,
  exchange: Exchange,
  policy: CompiledPolicy,
): readonly ValueAccount[] {
  const { prompt } = exchange;
  const known = sourcesOf(exchange, policy);
  const results = new TrustedResults(prompt, policy.action.trusts);
  const trustOf = trustIn(prompt, results);
  const texts = prompt.segments.map((segment) => ({ segment, text: textOf(segment.text) }));
  return Object.entries(args)
    .flatMap(([argument, value]) =>
      [...(valuesIn(value) ?? [])].map((each, index) => ({ argument, each, ordinal: index + 1 })),
    )
    .slice(0, MAX_VALUES)
    .map(({ argument, each, ordinal }) => ({
      argument,
      ordinal,
      sources: SOURCES.filter((source) =>
        known.allow({ [argument]: each }, [{ argument: foldName(argument), from: [source] }]),
      ),
      places: texts
        .filter(({ text }) => standsIn(text, folded(each)))
        .slice(0, MAX_PLACES)
        .map(({ segment }) => ({
          pointer: publicPointer(segment.pointer),
          origin: segment.origin,
          trust: trustOf(segment),
          tools: results.around(segment.pointer)?.result.tools ?? [],
        })),
    }));
}

function knownOr(read: () => number): number | null {
  try {
    return read();
  } catch {
    return null;
  }
}
