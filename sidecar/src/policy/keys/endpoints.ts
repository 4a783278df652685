import { z } from 'zod';

import { allAgree, allAgreeUnpruned, allowList } from '../kinds/allow-list.ts';
import { key, section } from '../kinds/key.ts';
import { strict } from '../kinds/rule.ts';
import { path, tcpPorts } from '../kinds/scalars.ts';

const PASS_EXPECTED =
  'expected "METHOD /path", "/path" (any method), a path that ends in * for everything below it, or "builtin"';

/** A route that carries no prompt. */
export const passEntry = z
  .string({ error: PASS_EXPECTED })
  .regex(/^(builtin|([A-Z]+ )?\/([^\s?#*%]{0,500}\*?|([^\s?#*%]|%[0-9A-Fa-f]{2}){1,500}))$/, {
    error: PASS_EXPECTED,
  });

const PREFIX_EXPECTED =
  'expected a path such as "/openai", in which {model} may stand for the one segment that names the model, or "builtin"';

const prefixEntry = z
  .string({ error: PREFIX_EXPECTED })
  .max(300, { error: PREFIX_EXPECTED })
  .regex(/^(builtin|(?=[^{]*(\{model\}[^{]*)?$)(\/([\w.~-]+|\{model\}))+)$/, { error: PREFIX_EXPECTED });

export const endpoints = section({
  pass: key(
    allowList(
      passEntry,
      'Routes that carry no prompt and pass without inspection. `builtin` stands for the health, version, model list and metrics routes of known servers. Default: `[builtin]`.',
    ).optional(),
    allAgree(),
    { default: ['builtin'] },
  ),
  prefixes: key(
    allowList(
      prefixEntry,
      'Paths under which the routes of known APIs are served and inspected as they are without it: `/openai` for `/openai/v1/chat/completions`, `/openai/deployments/{model}` where the path names the model. `builtin` stands for those of KServe, KubeAI, Azure OpenAI, Gemini, Open WebUI, OpenRouter and other known servers. Default: `[builtin]`.',
    ).optional(),
    allAgreeUnpruned(),
    { default: ['builtin'] },
  ),
  opaque: key(
    z
      .enum(['deny', 'allow'])
      .optional()
      .describe(
        'What happens to every other route that no dialect knows: `allow` forwards it without inspection. Default: `deny`.',
      ),
    strict('deny'),
    { default: 'deny', floor: true },
  ),
  mcp: key(
    allowList(
      path,
      'Paths at which the workload itself is an MCP server. Its tools are those of `action.tools`. Default: none.',
    ).optional(),
    allAgree(),
    { default: [] },
  ),
  upgrade: key(
    allowList(
      path,
      'Paths on which a protocol upgrade (WebSocket) is forwarded, without inspection. Default: none.',
    ).optional(),
    allAgree(),
    { default: [] },
  ),
  tcp: key(
    allowList(
      tcpPorts,
      'Ports of the pod that speak no HTTP (Redis, Postgres, gRPC, Ray), or ranges of them such as `"5000-5007"`, twenty ports in all. Connections to them are recorded, with the bytes each way, and not inspected. Never a port that is inspected. A change reaches a running pod only when it is created anew. Default: none.',
    ).optional(),
    allAgree(),
    { default: [] },
  ),
});
