import { readFileSync } from 'node:fs';

import { compile } from './compile.ts';
import type { CompiledPolicy } from './compiled.ts';
import { effectivePolicy } from '../layers/effective.ts';
import { parsePolicy } from '../document/parse.ts';
import { formatProblem } from '../kinds/problem.ts';
import type { PolicyDocument } from '../keys/schema.ts';

const [A, B] = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string];

function document(text: string): PolicyDocument {
  const result = parsePolicy(text, 'p');
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.document;
}

function compiled(text: string, namespace?: string): CompiledPolicy {
  const layers = {
    workload: document(`version: 1\n${text}`),
    namespace: namespace === undefined ? undefined : document(`version: 1\n${namespace}`),
  };
  return compile(effectivePolicy(layers), {
    name: 'p',
    generation: 1,
    loadedAtMs: 0,
    fingerprints: new Map(),
  });
}

function server(more: string): string {
  return `action: { mcp: [{ server: "a.test:8080", ${more} }] }`;
}

describe('action.mcp', () => {
  it.each([
    ['{ server: "a" }, { server: "a" }', 'listed twice'],
    ['{ server: "a" }, { server: "a:443" }', 'listed twice'],
    ['{ server: "a:80" }, { server: "a:443" }', 'listed twice'],
    ['{ server: "*" }', 'without wildcards'],
    ['{ server: "A.test" }', 'in lower case'],
    ['{ server: "https://a.test" }', 'expected'],
    ['{ server: "a", tools: [{ name: x, models: [m] }] }', 'unknown key'],
    ['{ server: "a", tools: [{ name: x, arguments: "args.x ==" }] }', 'tool x at offset'],
    ['{ server: "a", paths: [mcp] }', 'begins with /'],
    ['{ server: "a", pins: { x: sha256-1 } }', '64 hex digits'],
  ])('refuses %s', (servers, message) => {
    const result = parsePolicy(`version: 1\naction: { mcp: [${servers}] }`, 'p');
    expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual([expect.stringContaining(message)]);
  });

  it('knows a server by its host and port, and opens nothing else to it', () => {
    const { action } = compiled(
      'action: { mcp: [{ server: "a.test:8080" }, { server: "b.test" }, { server: "127.0.0.1:9000" }] }',
    );
    const known = [
      'a.test:8080',
      'a.test',
      'x.a.test:8080',
      'b.test',
      'b.test:443',
      'b.test:8080',
      '127.0.0.1:9000',
    ];
    expect(known.filter((host) => action.mcp.at(host) !== null)).toEqual([
      'a.test:8080',
      'b.test',
      'b.test:443',
      '127.0.0.1:9000',
    ]);
    expect(known.filter((host) => action.hosts.reaches(host))).toEqual([]);
    expect([action.listsAddress('127.0.0.1'), action.listsAddress('127.0.0.2')]).toEqual([true, false]);
  });

  it('offers a provider whose host is a server', () => {
    const providers = (action: string): readonly string[] =>
      compiled(
        `${action}\noutbound: { providers: { mine: { url: "https://m.test/base" } } }`,
      ).action.providers.map(({ name }) => name);
    expect(providers('action: { mcp: [{ server: m.test }] }')).toEqual(['mine']);
    expect(providers('action: { mcp: [{ server: "m.test:8080" }] }')).toEqual([]);
  });

  it('allows nothing of a server by silence, and asks of every path', () => {
    const found = compiled(server('mode: enforce')).action.mcp.at('a.test:8080');
    expect(found?.tools).toMatchObject({ tools: [], default: 'deny', mode: 'enforce' });
    expect([found?.allowsPrompt('p'), found?.allowsResource('x:y'), found?.allowsFeature('roots')]).toEqual([
      false,
      false,
      false,
    ]);
    expect([found?.matchesPath('/'), found?.matchesPath('/any/where'), found?.matchesPath('//x')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([found?.pinsFirst('t'), found?.allowsDefinition('t', A)]).toEqual([true, true]);
  });

  it.each<[string, string | undefined, boolean, boolean, boolean]>([
    ['pin: true', undefined, true, true, true],
    ['pin: false', undefined, false, true, true],
    [`pins: { t: sha256-${A} }`, undefined, false, true, false],
    [`pins: { t: [sha256-${A}, sha256-${B}] }`, undefined, false, true, true],
    [`pins: { t: [sha256-${A}, sha256-${B}] }`, 'pin: true', true, true, true],
    [`pins: { t: [sha256-${A}, sha256-${B}] }`, `pins: { t: sha256-${B} }`, false, false, true],
    [`pins: { t: sha256-${A} }`, `pins: { t: sha256-${B} }`, false, false, false],
    ['pin: false', 'pin: false', false, true, true],
  ])('%s and %s: the first definition is kept: %s; a is allowed: %s, b: %s', (own, above, first, a, b) => {
    const found = compiled(server(own), above === undefined ? undefined : server(above)).action.mcp.at(
      'a.test:8080',
    );
    expect([found?.pinsFirst('t'), found?.allowsDefinition('t', A), found?.allowsDefinition('t', B)]).toEqual(
      [first, a, b],
    );
  });

  it('matches the example of the design', () => {
    const example = readFileSync(new URL('../testdata/support-bot.yaml', import.meta.url), 'utf8').replace(
      /^ +documents:.*\n/m,
      '',
    );
    const { action } = compile(effectivePolicy({ workload: document(example) }), {
      name: 'p',
      generation: 1,
      loadedAtMs: 0,
      fingerprints: new Map(),
    });
    const found = action.mcp.at('mcp.tools.svc:8080');
    const allowed = ['list_tickets', 'get_ticket', 'close_all_tickets'].filter((name) =>
      found?.tools.tools.some((tool) => tool.matchesName(name)),
    );
    expect(allowed).toEqual(['list_tickets', 'get_ticket']);
    expect(found?.pinsFirst('get_ticket')).toBe(true);
    expect(action.mcp.at('mcp.other.svc:8080')).toBeNull();
  });
});
