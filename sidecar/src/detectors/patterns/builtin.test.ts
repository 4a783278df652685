import { PII_RULES } from '../pii/index.ts';
import { SECRET_RULES } from '../secrets/index.ts';
import { compilePatterns } from './index.ts';

describe('built-in patterns, which are compiled when a text needs them', () => {
  it.each([
    ...SECRET_RULES.map(({ name, source }) => [name, source] as const),
    ...PII_RULES.map(({ entity, source }) => [entity, source] as const),
  ])('%s compiles to the last', (id, source) => {
    expect(compilePatterns([{ id, source, score: 1 }]).size).toBe(1);
  });
});
