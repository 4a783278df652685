import type { ActionContext, Definitions } from '../../controls/index.ts';
import { offerHash, type JsonObject } from '../../dialects/index.ts';
import type { InspectionContext } from './inspector.ts';

/** What a request is judged with beside itself. Tools of clients are known apart from those of a host that the workload calls. No MCP server has such a name. */
export function beside(
  request: JsonObject,
  { exchange, memory, account, openSchema }: InspectionContext,
): Pick<ActionContext, 'account' | 'definitions' | 'openSchema'> {
  const definitions: Definitions = {
    hashOf: (pointer) => offerHash(request, pointer),
    unchanged: (tool, sha256) => memory.unchanged(`tools\n${exchange.host ?? ''}`, tool, sha256),
  };
  return {
    definitions,
    ...(account === undefined ? {} : { account }),
    ...(openSchema === undefined ? {} : { openSchema }),
  };
}
