import { z } from 'zod';

import { allowList, glob, mode } from './schema-parts.ts';

export const expression = z.string().min(1).max(4096);

export const tool = z.strictObject({
  name: glob.describe('The tool, or a pattern for several: `*` stands for any characters, `?` for one.'),
  models: allowList(glob, 'Models that may call it. Default: every model.').optional(),
  when: expression
    .optional()
    .describe(
      'A CEL condition on `tool`, `exchange` (`tainted`, `direction`, `dialect`, `model`) and `caller` (`address`, `groups`), asked of each call; offering the tool is allowed. Default: always.',
    ),
  arguments: expression
    .optional()
    .describe(
      'A CEL condition that also sees `args`, the arguments of the call. Numbers in `args` are doubles. A condition that fails to evaluate does not hold. Default: any arguments.',
    ),
  mode,
});

/** Tools of one layer with the layer's own default: what a meet keeps, one per layer. */
export const toolSet = z.strictObject({
  default: z.enum(['deny', 'allow']).default('deny').describe('What happens to a tool that no entry names.'),
  tools: z.array(tool).max(4096),
});

export type ToolRule = z.output<typeof tool>;
export type ToolSet = z.output<typeof toolSet>;
