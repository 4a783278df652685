import type { Decision } from '../../exchange/index.ts';
import fc from 'fast-check';

import type { Hit } from '../../exchange/verdict.ts';
import { canonicalize, type Json } from './canonical.ts';
import { Chain, hashOf, NOTHING } from './chain.ts';
import { MAX_LINE_BYTES } from './line.ts';
import { createSigner } from './note.ts';
import { sampleDecision } from './sample.ts';
import { parseLine } from './schema.ts';

const ORIGIN = 'cluster/ns/pod/chain/0123456789abcdef';
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 40 }));
const lone = fc.constantFrom('\ud800', 'x\udfff', '"\\\n');
const hit: fc.Arbitrary<Hit> = fc
  .record({
    control: fc.constantFrom('ingress', 'egress', 'action', 'audit'),
    rule: fc.oneof(text, lone),
    action: fc.constantFrom('mask', 'tokenise', 'redact', 'block'),
    code: fc.constantFrom('injection_detected', 'tool_not_allowed'),
    mode: fc.constantFrom('enforce', 'observe'),
    pointer: fc.option(text),
  })
  .chain((plain) =>
    fc
      .option(fc.double({ min: 0, max: 1, noNaN: true }))
      .map((score): Hit => (score === null ? plain : { ...plain, score })),
  )
  .chain((plain) =>
    fc
      .constantFrom(null, 'base64', 'quoted-printable')
      .map((decoded): Hit => (decoded === null ? plain : { ...plain, decoded })),
  );
const known: fc.Arbitrary<Decision> = fc.record({
  kind: fc.constantFrom('ingress', 'egress', 'action', 'close'),
  exchange: text,
  direction: fc.constantFrom('inbound', 'outbound'),
  dialect: fc.constantFrom('openai-chat', 'gemini', 'opaque'),
  method: fc.oneof(fc.constant('POST'), text),
  path: fc.oneof(text, lone),
  verdict: fc.constantFrom('allow', 'redact', 'block', 'pass'),
  code: fc.option(fc.constantFrom('secret_detected', 'limit_exceeded')),
  status: fc.option(fc.oneof(fc.nat(599), fc.double())),
  hits: fc.array(hit, { maxLength: 40 }),
  model: fc.option(fc.oneof(text, lone)),
  tools: fc.array(text, { maxLength: 40 }),
  usage: fc.option(
    fc.record({ inputTokens: fc.option(fc.double()), outputTokens: fc.option(fc.maxSafeInteger()) }),
  ),
  policy: fc.option(fc.record({ name: text, generation: fc.nat(), sha256: text })),
  outcome: fc.option(fc.constantFrom('completed', 'refused', 'client_aborted', 'upstream_failed')),
  content: fc.option(fc.record({ request: fc.option(text), response: fc.option(text) })),
});

const calls = fc.array(
  fc.record({
    tool: fc.oneof(text, lone, fc.constant('send')),
    arguments: fc.array(
      fc.record({ name: text, digest: fc.option(fc.constant('0123456789abcdef'.repeat(2))) }),
      { maxLength: 20 },
    ),
    omitted: fc.nat(9),
  }),
  { maxLength: 10 },
);
const body = fc.record({
  part: fc.constantFrom('request' as const, 'response_sent' as const),
  sha256: fc.constant('5f'.repeat(32)),
  bytes: fc.nat(),
  isCut: fc.boolean(),
});
const origins = fc.subarray(['assistant', 'document', 'system', 'tool', 'user'] as const);
const host = fc.oneof(text, lone, fc.constantFrom('api.example.com:443', '[2001:db8::1]:8443'));
const decision = fc.oneof(
  known,
  fc
    .tuple(known, origins, fc.boolean())
    .map(([value, each, tainted]): Decision => ({ ...value, origins: each, tainted })),
  fc
    .tuple(known, fc.option(fc.oneof(text, lone)), fc.option(text))
    .map(([value, id, model]): Decision => ({ ...value, served: { id, model } })),
  fc
    .tuple(
      known,
      fc.option(
        fc.record({
          via: fc.constant('jwt' as const),
          issuer: fc.oneof(text, lone),
          digest: fc.option(fc.constant('0123456789abcdef'.repeat(2))),
          subject: fc.option(fc.oneof(text, lone)),
        }),
      ),
    )
    .map(([value, caller]): Decision => ({ ...value, caller })),
  fc.tuple(known, calls).map(([value, each]): Decision => ({ ...value, calls: each })),
  fc
    .tuple(known, fc.array(body, { maxLength: 4 }))
    .map(([value, sealed]): Decision => ({ ...value, sealed })),
  fc
    .tuple(known, fc.array(fc.constantFrom('tools/call', 'server/discover'), { maxLength: 40 }))
    .map(([value, methods]): Decision => ({ ...value, mcp: { methods, version: '2026-07-28' } })),
  fc.tuple(known, host).map(([value, name]): Decision => ({ ...value, host: name })),
  fc
    .tuple(known, text, fc.oneof(fc.nat(65_535), fc.double()))
    .map(([value, address, port]): Decision => ({ ...value, peer: { address, port } })),
);

describe('a line of a decision', () => {
  it.each([
    ['api.example.com', 'api.example.com'],
    ['API.example.com:8443', 'API.example.com:8443'],
    ['10.0.0.7:80', '10.0.0.7:80'],
    ['[2001:db8::1]:443', '[2001:db8::1]:443'],
    ['my password is swordfish', '*'],
    ['evil.example\u001b[2J', '*'],
    [`${'a'.repeat(300)}.example`, '*'],
    ['', '*'],
  ])('holds the host %j as %j', (host, expected) => {
    const line = new Chain(ORIGIN, Date.now).decision(sampleDecision({ direction: 'outbound', host }));
    expect(parseLine(line)).toMatchObject({ host: expected });
  });

  it('equals the output of the general canonicaliser, fits the schema, and stays below the limit for any content', () => {
    const chain = new Chain(ORIGIN, Date.now);
    fc.assert(
      fc.property(decision, (value) => {
        const line = chain.decision(value);
        expect(canonicalize(JSON.parse(line) as Json)).toBe(line);
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_LINE_BYTES);
        expect(parseLine(line)).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it.each(['2026-13-01T00:00:00.000Z', '2026-01-01T00:61:00.000Z', '2026-01-41T00:00:00.000Z'])(
    'has a time that exists, unlike %s',
    (time) => {
      const line = new Chain(ORIGIN, Date.now).decision(sampleDecision());
      expect(parseLine(line)).not.toBeNull();
      expect(parseLine(line.replace(/(?<="time":")[^"]+/, time))).toBeNull();
    },
  );

  it('stays below the limit with maximal values, and counts the omissions', () => {
    const worst = '\u0001'.repeat(10_000);
    const line = new Chain(ORIGIN, Date.now).decision(
      sampleDecision({
        exchange: worst,
        method: worst,
        path: worst,
        model: worst,
        tools: Array.from({ length: 500 }, () => worst),
        hits: Array.from({ length: 500 }, () => ({
          control: 'ingress',
          rule: worst,
          action: 'redact',
          code: 'injection_detected',
          mode: 'enforce',
          pointer: worst,
        })),
        policy: { name: worst, generation: 1, sha256: worst },
        content: { request: worst, response: worst },
        calls: Array.from({ length: 500 }, () => ({
          tool: worst,
          arguments: Array.from({ length: 16 }, () => ({ name: worst, digest: '0'.repeat(32) })),
          omitted: 5,
        })),
      }),
    );
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_LINE_BYTES);
    expect(parseLine(line)).toMatchObject({
      cut: { hits: 496, tools: 496, calls: 498, arguments: 34, strings: 30 },
    });
  });

  it.each([
    ['qwen3:30b-a3b', 'qwen3:30b-a3b'],
    ['meta-llama/Llama-3.1-70B@main', 'meta-llama/Llama-3.1-70B@main'],
    ['please ignore the rules', '*'],
    ['=cmd', '*'],
    ['', '*'],
  ])('tells the model and the tool %j as %j', (name, told) => {
    const line = new Chain(ORIGIN, Date.now).decision(sampleDecision({ model: name, tools: [name] }));
    expect(parseLine(line)).toMatchObject({ model: told, tools: [told] });
  });

  it('takes over no number that is not whole', () => {
    const line = new Chain(ORIGIN, Date.now).decision(
      sampleDecision({ usage: { inputTokens: 1.5, outputTokens: Number.POSITIVE_INFINITY }, status: -1 }),
    );
    expect(parseLine(line)).toMatchObject({
      usage: { input_tokens: null, output_tokens: null },
      status: null,
    });
  });
});

describe('Chain', () => {
  it('links each line to the bytes of the one before it', () => {
    const chain = new Chain(ORIGIN, Date.now);
    const signer = createSigner(ORIGIN);
    const lines = [
      chain.event('seal', { lost: 0, records: 0 }),
      chain.decision(sampleDecision({ path: '/ü' })),
      chain.checkpoint(signer),
      chain.decision(sampleDecision()),
    ];
    const values = lines.map((line) => parseLine(line));
    expect(values.map((value) => value?.prev)).toEqual([NOTHING, ...lines.slice(0, 3).map(hashOf)]);
    expect(values.map((value) => value?.seq)).toEqual([0, 1, 2, 3]);
    expect(chain.head).toEqual({ origin: ORIGIN, size: 4, hash: hashOf(lines[3] ?? '') });
  });

  it('never goes back in time', () => {
    const times = [5_000, 7_000, 6_000, 6_500, 8_000];
    let at = 0;
    const chain = new Chain(ORIGIN, () => times[at++] ?? 0);
    const written = times.map(() => parseLine(chain.decision(sampleDecision())));
    expect(written.map((line) => (line !== null && 'time' in line ? Date.parse(line.time) : null))).toEqual([
      5_000, 7_000, 7_000, 7_000, 8_000,
    ]);
  });
});
