import type { PolicyDocument } from '../keys/schema.ts';
import { CannotGrow, growPolicy } from './grow.ts';
import { parsePolicy } from './parse.ts';

const TEXT =
  'version: 1\nmodels: { allow: [own] }\naction:\n  tools:\n    - name: own\n  hosts: [own.example.com]\n';

/** The document of the text with so many more entries in one of its lists. */
function grown(text: string, key: 'models' | 'tools' | 'hosts', names: readonly string[]): PolicyDocument {
  const parsed = parsePolicy(text, 'policy.yaml');
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  const { document } = parsed;
  const { models, action } = document;
  if (models === undefined || action === undefined) throw new Error('not the text of this test');
  const [set = { default: 'deny' as const, tools: [] }] = action.tools ?? [];
  switch (key) {
    case 'models':
      return { ...document, models: { ...models, allow: { allOf: [['own', ...names]] } } };
    case 'tools': {
      const tools = [...set.tools, ...names.map((name) => ({ name, mode: 'enforce' as const }))];
      return { ...document, action: { ...action, tools: [{ ...set, tools }] } };
    }
    case 'hosts':
      return { ...document, action: { ...action, hosts: { allOf: [['own.example.com', ...names]] } } };
  }
}

function reason(text: string, document: PolicyDocument): string {
  try {
    growPolicy(text, 'policy.yaml', document);
    return 'grows';
  } catch (error) {
    if (!(error instanceof CannotGrow)) throw error;
    return error.message;
  }
}

function names(count: number, ending: string): readonly string[] {
  return Array.from({ length: count }, (_, index) => `n${index}${ending}`);
}

function parsed(text: string): PolicyDocument {
  const result = parsePolicy(text, 'after.yaml');
  if (!result.ok) throw new Error(result.problems[0]?.message);
  return result.document;
}

describe('growPolicy', () => {
  it.each<[fault: string, text: string, after: string, message: string]>([
    ['a text that is no policy', 'kind: Secret\n', TEXT, 'policy.yaml: is no policy'],
    ['a text that is not YAML', 'version: 1\nmodels: [\n', TEXT, 'policy.yaml: is no policy'],
    [
      'a list that is an alias of another',
      'version: 1\nmodels: { allow: &names [a] }\naction: { hosts: *names }\n',
      'version: 1\nmodels: { allow: [a] }\naction: { hosts: [a, b] }\n',
      'action.hosts: is an alias of another list, which would grow too; write the list out',
    ],
    [
      'a list that other lines use by its anchor',
      'version: 1\nmodels: { allow: &names [a] }\naction: { hosts: *names }\n',
      'version: 1\nmodels: { allow: [a, b] }\naction: { hosts: [a] }\n',
      'policy.yaml: the additions cannot be written into this text without changing what else it means; merge them by hand',
    ],
  ])('refuses %s', (_, text, after, message) => {
    expect(reason(text, parsed(after))).toBe(message);
  });

  it.each<[what: string, text: string, after: string, grownText: string]>([
    [
      'a tool of an MCP server that is listed',
      'version: 1\naction:\n  mcp:\n    # ours\n    - server: files\n      tools: [read]\n',
      'version: 1\naction:\n  mcp:\n    - server: files\n      tools: [read, list]\n',
      'version: 1\naction:\n  mcp:\n    # ours\n    - server: files\n      tools: [read, list]\n',
    ],
    [
      'an MCP server beside another',
      'version: 1\naction:\n  mcp:\n    - server: files\n      tools: [read]\n',
      'version: 1\naction:\n  mcp:\n    - server: files\n      tools: [read]\n    - server: mail\n      tools: [send]\n',
      'version: 1\naction:\n  mcp:\n    - server: files\n      tools: [read]\n    - server: mail\n      paths:\n        - /*\n      tools:\n        - send\n',
    ],
    [
      'a section that the text lacks',
      'version: 1\nmodels: { allow: [a] } # one\n',
      'version: 1\nmodels: { allow: [a] }\naction: { hosts: [api.example.com] }\n',
      'version: 1\nmodels: { allow: [a] } # one\naction:\n  hosts:\n    - api.example.com\n',
    ],
    [
      'a host beside one with paths',
      'version: 1\naction:\n  hosts:\n    - host: api.example.com\n      paths: [/b, /a]\n',
      'version: 1\naction:\n  hosts:\n    - host: api.example.com\n      paths: [/a, /b]\n    - other.example.com\n',
      'version: 1\naction:\n  hosts:\n    - host: api.example.com\n      paths: [/b, /a]\n    - other.example.com\n',
    ],
  ])('adds %s, and leaves the rest as written', (_, text, after, grownText) => {
    expect(growPolicy(text, 'policy.yaml', parsed(after))).toBe(grownText);
  });

  it('writes into the policy of a manifest', () => {
    const manifest =
      'kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: llm # of the team\ndata:\n  policy.yaml: |\n    version: 1\n    models: { allow: [a] }\n';
    const after = parsed('version: 1\nmodels: { allow: [a, b] }\n');
    expect(growPolicy(manifest, 'manifest.yaml', after)).toBe(manifest.replace('[a]', '[a, b]'));
  });

  it.each([
    ['models', 30_000, '', 'models.allow: expected at most 4096 entries'],
    ['tools', 30_000, '', 'action.tools: expected at most 4096 entries'],
    ['hosts', 30_000, '.example.com', 'action.hosts: expected at most 4096 entries'],
    ['models', 4_096, '', 'models.allow: expected at most 4096 entries'],
    ['models', 4_095, '.'.repeat(250), 'longer than 1048576 characters, which no ConfigMap holds'],
  ] as const)(
    'says which limit %s with %i more entries exceed, and what to do',
    (key, count, ending, limit) => {
      const message = reason(TEXT, grown(TEXT, key, names(count, ending)));
      expect(message).toContain(`policy.yaml: with the additions, ${limit}`);
      expect(message).toContain('list patterns such as "llama-*"');
      expect(message).toContain('--workload, --from, --to');
      expect(message).not.toContain('by hand');
    },
  );

  it('fills a list up to its limit', () => {
    expect(reason(TEXT, grown(TEXT, 'models', names(4_095, '')))).toBe('grows');
  });
});
