import { ConversationMemory, McpMemory } from '../../controls/index.ts';
import { findDialect } from '../../dialects/index.ts';
import type { Caller } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { ReferenceMemory } from '../inspect/reference-memory.ts';
import type { InspectedRequest } from '../inspect/inspector.ts';
import { ModelInspector } from '../models/inspector.ts';

const ANONYMOUS: Caller = { address: '10.1.1.1', identity: null };

/** What a new sidecar makes of a request in JSON to a path of a model API. @throws Error where the route is none that is inspected */
export function asked(
  policy: CompiledPolicy,
  path: string,
  body: object,
  caller: Caller = ANONYMOUS,
): InspectedRequest {
  const [route = '', query = ''] = path.split('?');
  const found = findDialect({ method: 'POST', path: route, query });
  if (found === null) throw new Error('no dialect');
  const opened = new ModelInspector(found).open(
    {
      method: 'POST',
      header: (name) => (name === 'content-type' ? 'application/json' : undefined),
      names: ['content-type'],
    },
    {
      exchange: { id: 'x', direction: 'inbound', host: null, caller },
      origin: 'http://m',
      policy,
      memory: new McpMemory(),
      references: new ReferenceMemory(),
      conversations: new ConversationMemory(),
      now: () => 0,
    },
  );
  if (opened.kind !== 'open') throw new Error('not read');
  return opened.inspect(Buffer.from(JSON.stringify(body)));
}
