import fc from 'fast-check';
import {
  judgeMcp,
  judgeReply,
  judgeRequest,
  McpMemory,
  NO_LINKS,
  replyRules,
  type McpJudged,
} from '../../controls/index.ts';
import type { Exchange, McpMessage, Reply, Verdict } from '../../exchange/index.ts';
import { compile } from '../compile/compile.ts';
import type { CompiledPolicy } from '../compile/compiled.ts';
import type { PolicyDocument } from '../keys/schema.ts';
import { runs } from '../../detectors/testing/runs.ts';
import { effectivePolicy } from './effective.ts';
import { meet } from './meet.ts';
import { HASHES, MCP_HOSTS, randomPolicy } from './testdata/random-policy.ts';
import { gates } from './testing/gates.ts';
import { alone, openServer, options } from './testing/open-policy.ts';
import { exchange, reply } from './testing/random-exchange.ts';
import { EMPTY, mcpMessages } from './testing/random-message.ts';

const NEVER: McpJudged = { verdict: { kind: 'allow', hits: [] }, gone: [] };

/** In order, with one memory: what was seen first counts. A server that the policy does not know blocks everything. */
function judgeMessages(policy: CompiledPolicy, messages: readonly McpMessage[]): readonly McpJudged[] {
  const memory = new McpMemory();
  return messages.map((message) => {
    const [host = ''] = MCP_HOSTS;
    const server = policy.action.mcp.at(host);
    if (server === null)
      return {
        verdict: { kind: 'block', hits: [], code: 'host_not_allowed', detail: null, retryAfterSeconds: null },
        gone: [],
      };
    const caller = { address: '', identity: null };
    const way = message.kind === 'result' ? 'in' : 'out';
    const asked: Exchange = { id: 'x', direction: 'outbound', dialect: 'mcp', host, caller, prompt: NOTHING };
    const context = {
      action: { exchange: asked, policy },
      server,
      memory,
      realm: host,
      session: host,
      way,
      links: NO_LINKS,
      before: '',
    } as const;
    return judgeMcp(message, context, () => 0);
  });
}

const NOTHING: Exchange['prompt'] = {
  operation: 'execute_tool',
  model: null,
  stream: true,
  maxOutputTokens: null,
  segments: [],
  offers: [],
  choice: { kind: 'none' },
  calls: [],
  media: [],
};

function strictness({ kind }: Verdict): number {
  return ['allow', 'redact', 'block'].indexOf(kind);
}

function judge(
  policy: CompiledPolicy,
  asked: Exchange,
  answered: Reply,
): { request: Verdict; reply: Verdict } {
  const { verdict, action } = judgeRequest(asked, policy, () => 0);
  return { request: verdict, reply: judgeReply(answered, action, replyRules(action), () => 0) };
}

describe('a meet never loosens', () => {
  const cases = fc.tuple(randomPolicy, randomPolicy, exchange, reply);

  it('judges every exchange at least as strictly as each part does', () => {
    fc.assert(
      fc.property(cases, ([a, b, asked, answered]) => {
        const both = judge(alone(meet(a, b)), asked, answered);
        for (const part of [a, b]) {
          const own = judge(alone(part), asked, answered);
          expect(strictness(both.request)).toBeGreaterThanOrEqual(strictness(own.request));
          expect(strictness(both.reply)).toBeGreaterThanOrEqual(strictness(own.reply));
        }
      }),
      { numRuns: runs(60) },
    );
  });

  it('judges every message of MCP at least as strictly as each part does', () => {
    fc.assert(
      fc.property(fc.tuple(randomPolicy, randomPolicy, mcpMessages), ([a, b, messages]) => {
        const both = judgeMessages(alone(meet(a, b)), messages);
        for (const part of [a, b]) {
          const own = judgeMessages(alone(part), messages);
          for (const [index, met] of both.entries()) {
            const { verdict, gone } = own[index] ?? NEVER;
            expect(strictness(met.verdict)).toBeGreaterThanOrEqual(strictness(verdict));
            if (met.verdict.kind !== 'block') expect(met.gone).toEqual(expect.arrayContaining([...gone]));
          }
        }
      }),
      { numRuns: runs(90) },
    );
  });

  it('holds a tool to its first definition, also where another layer took that out for its text', () => {
    const [host = ''] = MCP_HOSTS;
    const pinned: PolicyDocument = {
      version: 1,
      mode: 'enforce',
      action: {
        mode: 'enforce',
        mcp: [{ ...openServer(host), mode: 'enforce', pinning: [{ pin: true, pins: {} }] }],
      },
    };
    const strict: PolicyDocument = {
      version: 1,
      mode: 'enforce',
      ingress: { mode: 'enforce', pii: { action: 'block', mode: 'enforce', entities: ['EMAIL'] } },
    };
    const [first = '', other = ''] = HASHES;
    const list = (sha256: string, text: string): McpMessage => ({
      ...EMPTY,
      kind: 'result',
      offers: [
        {
          kind: 'tool',
          name: 'search',
          sha256,
          pointer: '/result/tools/0',
          segments: [
            { pointer: '/result/tools/0/description', origin: 'tool', channel: 'tool_definition', text },
          ],
        },
      ],
    });
    const messages = [list(first, 'write to ann@example.com'), list(other, 'hello there')];
    for (const policy of [pinned, meet(pinned, strict)]) {
      const [, second] = judgeMessages(alone(policy), messages);
      expect(second?.gone).toEqual(['/result/tools/0']);
    }
  });

  it('keeps no more of bodies than each part that speaks of content', () => {
    const kept = (document: PolicyDocument): readonly number[] => {
      const { sealed } = alone(document).audit;
      return [
        sealed?.recipients.length ?? 0,
        sealed?.sample ?? 0,
        sealed?.bodyBytes ?? 0,
        sealed?.folderBytes ?? 0,
      ];
    };
    fc.assert(
      fc.property(randomPolicy, randomPolicy, (a, b) => {
        const both = kept(meet(a, b));
        for (const part of [a, b].filter(({ audit }) => audit?.content !== undefined))
          for (const [index, most] of kept(part).entries()) expect(both[index]).toBeLessThanOrEqual(most);
      }),
      { numRuns: runs(60) },
    );
  });

  it('verifies no token that a part which names ways to verify does not, and forwards none that it does not', () => {
    const accepted = (document: PolicyDocument): readonly string[] => {
      const { issuers, apiKeys, mesh } = alone(document).callers;
      const peers = ['127.0.0.6', '10.7.0.1'].filter((address) => mesh?.peers.check(address) === true);
      const tokens = issuers.flatMap(({ issuer, audience, keys, algorithms, header, forward }) =>
        audience.flatMap((to) =>
          (keys.kind === 'listed' ? keys.keys : [keys.url]).flatMap((key) =>
            algorithms.flatMap(
              (alg) =>
                [issuer, to, JSON.stringify(key), alg, header].join(' ') + (forward ? ' forwarded' : ''),
            ),
          ),
        ),
      );
      const files = apiKeys.flatMap(({ file, headers, forward }) =>
        headers.map((header) => `${file} ${header}${forward ? ' forwarded' : ''}`),
      );
      return [
        ...tokens,
        ...files,
        ...peers.flatMap((peer) => mesh?.trustDomains.map((domain) => `${peer} ${domain}`) ?? []),
      ];
    };
    fc.assert(
      fc.property(randomPolicy, randomPolicy, (a, b) => {
        const both = accepted(meet(a, b));
        for (const part of [a, b].filter(({ callers }) =>
          [callers?.jwt, callers?.serviceAccounts, callers?.apiKeys, callers?.mesh].some(
            (way) => way !== undefined,
          ),
        )) {
          const own = accepted(part);
          const known = [...own, ...own.map((each) => each.replace(/ forwarded$/, ''))];
          expect(known).toEqual(expect.arrayContaining([...both]));
        }
      }),
      { numRuns: runs(60) },
    );
  });

  it('opens no gate that a part keeps shut', () => {
    fc.assert(
      fc.property(randomPolicy, randomPolicy, (a, b) => {
        const both = gates(alone(meet(a, b)));
        for (const part of [a, b])
          for (const [index, open] of gates(alone(part)).entries()) expect(open || !both[index]).toBe(true);
      }),
      { numRuns: runs(60) },
    );
  });

  it('holds a workload to its floor and its namespace', () => {
    fc.assert(
      fc.property(
        randomPolicy,
        randomPolicy,
        randomPolicy,
        exchange,
        reply,
        (floor, namespace, workload, ...[asked, answered]) => {
          const effective = judge(
            compile(effectivePolicy({ floor, namespace, workload }), options),
            asked,
            answered,
          );
          for (const part of [floor, namespace, workload]) {
            const own = judge(alone(part), asked, answered);
            expect(strictness(effective.request)).toBeGreaterThanOrEqual(strictness(own.request));
            expect(strictness(effective.reply)).toBeGreaterThanOrEqual(strictness(own.reply));
          }
        },
      ),
      { numRuns: runs(40) },
    );
  });
});
