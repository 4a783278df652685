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

describe('growPolicy', () => {
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
