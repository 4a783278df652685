import { canonicalize } from '../../audit/record/canonical.ts';
import { parseLine } from '../../audit/record/schema.ts';
import { policyOf } from '../test-kit.ts';
import { ATTACK, called, CARD, EXCHANGES, mcpCall, streamed, whole } from './testing/exchanges.ts';
import { shadowed, type Exchanged } from './testing/shadowed.ts';

const OPEN = 'action: { default: allow }\negress: { pii: { action: off } }';
const STRICT = 'action: { default: deny }\negress: { pii: { action: block } }';
const BLOCK = 'action: { default: allow }\negress: { pii: { action: block } }';
const REDACT = 'action: { default: allow }\negress: { pii: { action: redact } }';
const OBSERVE = `mode: observe\n${STRICT}`;
const MCP = 'endpoints: { mcp: [/mcp] }\naction: { default: deny, tools: [{ name: search }] }';
const NOTHING =
  'models: { allow: [none] }\nlimits: { requestBytes: 1, responseBytes: 1 }\nendpoints: { pass: [] }';

describe('a shadow', () => {
  const policies = { open: OPEN, strict: STRICT, redacting: REDACT, observing: OBSERVE };
  const all = Object.entries(policies).flatMap(([name, policy]) =>
    Object.entries(EXCHANGES).map(([what, exchange]) => [name, what, policy, exchange] as const),
  );

  it.each(all)('that is the live policy never differs: %s, %s', async (_name, _what, policy, exchange) => {
    await shadowed({ live: policy, shadow: policy }, async (rig) => {
      await rig.send(exchange);
      await rig.until(1);
      expect(rig.judged[0]).toMatch(/^(same none none|skipped none (unread|undecided))$/);
      expect(rig.lines).toEqual([]);
    });
  });

  it.each(all)('changes no byte, whatever it refuses: %s, %s', async (_name, _what, policy, exchange) => {
    const got = await Promise.all(
      [null, NOTHING].map((shadow) =>
        shadowed({ live: policy, shadow }, async (rig) => {
          const { headers, ...rest } = await rig.send(exchange);
          const { 'llm-boundary-decision': decision, date, ...others } = headers;
          expect(typeof decision).toBe('string');
          expect(typeof date === 'string' || date === undefined).toBe(true);
          const body = rest.body.replaceAll(String(decision), 'ID');
          return {
            ...rest,
            body,
            headers: others,
            record: rig.live.ledger.decisions.map((each) => each.verdict),
          };
        }),
      ),
    );
    expect(got[1]).toEqual(got[0]);
  });

  it.each<[string, { live: string; shadow: string; host?: string }, Exchanged, object]>([
    [
      'a model',
      { live: '', shadow: 'models: { allow: [large] }' },
      whole('hello', 'hi'),
      { change: 'would_refuse', code: 'model_not_allowed', live: { verdict: 'allow', code: null } },
    ],
    [
      'a model that is refused',
      { live: 'models: { allow: [large] }', shadow: '' },
      whole('hello', 'hi'),
      { change: 'would_allow', verdict: 'allow', live: { verdict: 'block', code: 'model_not_allowed' } },
    ],
    [
      'a prompt',
      { live: 'ingress: { injection: { action: off } }', shadow: '' },
      whole(ATTACK, 'hi'),
      { change: 'would_refuse', code: 'injection_detected', control: 'ingress' },
    ],
    [
      'a whole reply',
      { live: OPEN, shadow: STRICT },
      whole('hello', `card ${CARD}`),
      { change: 'would_refuse', code: 'sensitive_output', control: 'egress' },
    ],
    [
      'a whole reply that is observed',
      { live: OBSERVE, shadow: STRICT },
      whole('hello', `card ${CARD}`),
      { change: 'would_refuse', code: 'sensitive_output', live: { verdict: 'allow', code: null } },
    ],
    [
      'a part of a reply',
      { live: OPEN, shadow: REDACT },
      whole('hello', `card ${CARD}`),
      { change: 'other', verdict: 'redact', code: null },
    ],
    [
      'a stream, over its frames',
      { live: OPEN, shadow: BLOCK },
      streamed('hello', `my card is ${CARD} as you know`),
      { change: 'would_refuse', code: 'sensitive_output' },
    ],
    [
      'a stream that is observed',
      { live: OBSERVE, shadow: REDACT },
      streamed('hello', `my card is ${CARD} as you know`),
      { change: 'other', verdict: 'redact' },
    ],
    [
      'a stream that is cut',
      { live: BLOCK, shadow: OPEN },
      streamed('hello', `my card is ${CARD} as you know`),
      { change: 'would_allow', verdict: 'allow', live: { verdict: 'block', code: 'sensitive_output' } },
    ],
    [
      'a reply that cannot be read and is observed',
      { live: OBSERVE, shadow: OPEN },
      { ...whole('hello', ''), answer: { body: '<html>' } },
      { change: 'would_refuse', code: 'response_malformed' },
    ],
    [
      'a tool',
      { live: OPEN, shadow: 'action: { default: deny }' },
      called('f'),
      { change: 'would_refuse', code: 'tool_not_allowed', control: 'action' },
    ],
    [
      'a size',
      { live: '', shadow: 'limits: { requestBytes: 10 }' },
      whole('hello', 'hi'),
      { change: 'would_refuse', code: 'body_too_large' },
    ],
    [
      'a size of a reply',
      { live: '', shadow: 'limits: { responseBytes: 10 }' },
      whole('hello', 'hi'),
      { change: 'would_refuse', code: 'response_malformed' },
    ],
    [
      'a route',
      { live: '', shadow: 'endpoints: { pass: [POST /unknown] }' },
      { path: '/unknown', body: '{}' },
      { change: 'would_allow', verdict: 'pass', live: { verdict: 'block', code: 'endpoint_not_allowed' } },
    ],
    [
      'a host',
      {
        host: 'api.example',
        live: 'action: { hosts: [api.example] }',
        shadow: 'action: { hosts: [b.example] }',
      },
      whole('hello', 'hi'),
      { change: 'would_refuse', code: 'host_not_allowed', direction: 'outbound' },
    ],
    [
      'a tool of MCP',
      { live: MCP, shadow: MCP.replace('search', 'other') },
      mcpCall('search', 'found'),
      { change: 'would_refuse', code: 'tool_not_allowed', dialect: 'mcp' },
    ],
  ])('tells the difference of %s', async (_name, { host = null, ...policies }, exchange, line) => {
    await shadowed({ ...policies, host }, async (rig) => {
      await rig.send(exchange);
      await rig.until(1);
      expect(rig.lines).toMatchObject([{ kind: 'shadow', fields: line }]);
      const place = { origin: 'o', prev: '0'.repeat(64), seq: 1, time: '2026-01-01T00:00:00.000Z', v: 1 };
      const written = { ...rig.lines[0]?.fields, kind: 'shadow', ...place };
      expect(parseLine(canonicalize(written))).toEqual(written);
      expect(rig.lines[0]?.fields['exchange']).toBe(rig.live.ledger.decisions[0]?.exchange);
      const { change, control } = rig.lines[0]?.fields ?? {};
      expect(rig.judged[0]?.split(' ').slice(0, 2)).toEqual([change, control]);
    });
  });

  it('that fails is counted, and the exchange is as ever', async () => {
    const broken = {
      ...policyOf(''),
      allowsModel: () => {
        throw new Error('on purpose');
      },
      get limits(): never {
        throw new Error('on purpose');
      },
    };
    await shadowed({ live: '', shadow: broken }, async (rig) => {
      expect(await rig.send(whole('hello', 'hi'))).toMatchObject({ status: 200, isBroken: false });
      await rig.until(1);
      expect(rig.judged).toEqual(['failed none none']);
    });
  });

  it('knows what the live policy knows of MCP, and changes nothing of it', async () => {
    const list = (description: string): Exchanged => ({
      ...mcpCall('', ''),
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      answer: {
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          result: { tools: [{ name: 'search', description, inputSchema: { type: 'object' } }] },
        }),
      },
    });
    await shadowed({ live: MCP, shadow: MCP }, async (rig) => {
      await rig.send(list('one'));
      await rig.until(1);
      await rig.send(list('two'));
      await rig.until(2);
      expect(rig.judged).toEqual(['same none none', 'same none none']);
    });
  });

  it('is nothing where none is configured, and nothing once it is gone', async () => {
    await shadowed({ live: '', shadow: null }, async (rig) => {
      await rig.send(whole('hello', 'hi'));
      rig.policy = policyOf('models: { allow: [large] }');
      rig.shadow.changed();
      await rig.send(whole('hello', 'hi'));
      await rig.until(1);
      rig.policy = null;
      rig.shadow.changed();
      await rig.send(whole('hello', 'hi'));
      expect(rig.judged).toHaveLength(1);
      expect(rig.lines.map(({ kind }) => kind)).toEqual(['shadow', 'shadow_tally']);
    });
  });
});
