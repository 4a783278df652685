import { z } from 'zod';

import { allAgree, allowList } from '../kinds/allow-list.ts';
import { sorted } from '../kinds/canonical-json.ts';
import { key, mapping } from '../kinds/key.ts';
import { mode } from '../kinds/mode.ts';
import { count } from '../kinds/quantity.ts';
import { fixed, together, type Rule } from '../kinds/rule.ts';
import { glob } from '../kinds/scalars.ts';
import { pin } from './pin.ts';

/** Where values of arguments may come from. */
const SOURCES = ['user', 'system', 'trusted'] as const;

export const expression = z.string().min(1).max(4096);

/** A JSON Schema that stands in the policy. */
const ownSchema = z.record(z.string(), z.unknown());

const SCHEMA_EXPECTED = 'expected a JSON Schema of the arguments, or "offered"';
const argumentSchema = z.union([z.literal('offered'), ownSchema], { error: SCHEMA_EXPECTED });
export const argumentSchemas = z.union([argumentSchema, z.array(argumentSchema).min(1).max(4)], {
  error: SCHEMA_EXPECTED,
});

export const tool = mapping({
  name: key(
    glob.describe('The tool, or a pattern for several: `*` stands for any characters, `?` for one.'),
    fixed(),
  ),
  models: key(allowList(glob, 'Models that may call it. Default: every model.').optional(), allAgree()),
  when: key(
    expression
      .optional()
      .describe(
        'A CEL condition on `tool`, `exchange` (`tainted`, `private`, `direction`, `dialect`, `model`) and `caller` (`address`, and of a verified caller `subject`, `issuer`, `claims`, `groups`, `actor`), `workload` (`namespace`, `name`, `serviceAccount`, `labels` of the pod, as it was admitted) and on earlier calls (`calls.count`, `calls.sum`, `calls.after`), evaluated for each call; the tool may be offered in any case, unless the provider runs it: then the condition must hold when it is offered, and has no `calls`. What is not known of a caller or of the workload is absent, and a condition on it does not hold. A name that no caller can have under `callers` is an error. Default: always.',
      ),
    fixed(),
  ),
  arguments: key(
    expression
      .optional()
      .describe(
        'A CEL condition that also sees `args`, the arguments of the call. Numbers in `args` are doubles. A condition that fails to evaluate does not hold. A tool that the provider runs may not be offered with `arguments`, `schema`, `sources` or `repeats`, since no call of it is judged. Default: any arguments.',
      ),
    fixed(),
  ),
  schema: key(
    argumentSchemas
      .optional()
      .describe(
        'A JSON Schema (2020-12) that the arguments of a call must fit; `offered` for the one with which the request offers the tool, or its MCP server listed it last (before that, calls are refused); or a list of both. References stay within the schema, patterns are RE2; `format`, `unevaluatedProperties` and unknown keywords are errors. Names of arguments that differ from those of the schema in case, `_` or `-` alone do not fit. A tool that the provider runs may not be offered with it. Default: any arguments.',
      ),
    fixed(),
  ),
  sources: key(
    z
      .record(z.string().min(1).max(256), z.array(z.enum(SOURCES)).min(1))
      .optional()
      .describe(
        'Arguments by name, each with the texts in which its values must stand: `user` (what the caller wrote), `system`, `trusted` (results of tools with `results: trusted`). So an address that stood only in a page cannot become `to` of an e-mail. What a tool repeats of its own arguments does not count. Texts are compared in lower case, with single spaces, at word boundaries; `true`, `false`, `null` and arguments that a call omits pass. Default: values may come from anywhere.',
      ),
    fixed(),
  ),
  results: key(
    z
      .enum(['untrusted', 'trusted'])
      .optional()
      .describe(
        'Whether results of the tool leave `exchange.tainted` false: `trusted` for a tool that returns nothing that third parties wrote. Its results are inspected in any case. Of several entries that say it, `untrusted` wins; a layer with conditions must itself trust the tool. Default: `untrusted`.',
      ),
    fixed(),
  ),
  reads: key(
    z
      .literal('private')
      .optional()
      .describe(
        'The tool returns private data: its results, and what the model says after it has read them, count for `acts: outside` and `exchange.private`. What `ingress.pii` and `ingress.secrets` find in results of any tool counts too. Of several entries or layers, one suffices. Default: not private.',
      ),
    fixed(),
  ),
  acts: key(
    z
      .literal('outside')
      .optional()
      .describe(
        'Calls of the tool leave the reach of the workload, as mail, posts and fetched addresses do. A call is refused if the conversation has both untrusted text (`exchange.tainted`) and private data, whatever detectors found; if the provider runs the tool, its offer is. Of several entries or layers, one suffices; an entry whose condition names `exchange.private` decides itself. Default: no.',
      ),
    fixed(),
  ),
  repeats: key(
    count(1_000)
      .optional()
      .describe(
        'How often the same call (tool and arguments) may stand in a row in the history of the conversation before it is refused, other tools left aside: a loop ends with a refusal that says so. Default: any number.',
      ),
    fixed(),
  ),
  pin: key(
    z
      .boolean()
      .optional()
      .describe(
        'Pins the tool to the first definition (description, schema and all else but `cache_control`) with which requests offered it to this sidecar since it started; no effect beside `pins`. A request that offers it with another one is refused with `tool_changed`, or goes on without it (`offers: strip`); a call of a tool that its request does not offer by this name is refused too. Default: false.',
      ),
    fixed(),
  ),
  pins: key(
    z
      .union([pin, z.array(pin).min(1).max(64)])
      .optional()
      .describe(
        'Definitions with which the tool may be offered: `sha256-HEX` of the element of the request in canonical form (RFC 8785) without `cache_control`, or a list of such. The refusal of any other definition names its hash. A call of a tool that its request does not offer by this name is refused. Default: any definition.',
      ),
    fixed(),
  ),
  mode,
});

/** Tools of one layer with the layer's own default; a meet keeps one set per layer. */
export const toolSet = z.strictObject({
  default: z.enum(['deny', 'allow']).default('deny').describe('What happens to a tool that no entry names.'),
  tools: z.array(tool.schema).max(4096),
});

export type ToolRule = z.output<typeof tool.schema>;
/** What `schema` of an entry lists. */
export function schemasOf({ schema }: Pick<ToolRule, 'schema'>): readonly z.output<typeof argumentSchema>[] {
  return schema === undefined ? [] : Array.isArray(schema) ? schema : [schema];
}

export type ToolSet = z.output<typeof toolSet>;

/** One set per layer, which must all agree. */
export const toolSets: Rule<ToolSet[]> = together(({ default: fallback, tools }) => ({
  default: fallback,
  tools: sorted(tools.map((each) => tool.canonical(each))),
}));
