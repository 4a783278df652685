import tseslint from 'typescript-eslint';

import { roomsConfig } from './eslint.rooms.mjs';

const onlyIn = (name, folder, ignores) => ({
  files: ['sidecar/src/**/*.ts', 'webhook/src/**/*.ts'],
  ignores,
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { paths: [{ name, allowTypeImports: false, message: `${name} lives in ${folder} only.` }] },
    ],
  },
});

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/testdata/**', '**/build/**', 'coverage/**'] },
  {
    files: ['**/*.{ts,tsx}'],
    // The rules that need types are oxlint's (.oxlintrc.json), whose checker is TypeScript's native one.
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-depth': ['error', 4],
      'max-params': ['error', 5],
      complexity: ['error', 16],
      eqeqeq: 'error',
      'no-duplicate-imports': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':matches(Program, ExportNamedDeclaration) > VariableDeclaration > VariableDeclarator:not([id.typeAnnotation]) > ArrowFunctionExpression',
          message: 'Declare functions: `function name() {}`.',
        },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Four times the cost of http-proxy; use forward/.' },
      ],
    },
  },
  roomsConfig,
  onlyIn('http-proxy', 'sidecar/src/forward', ['sidecar/src/forward/**', '**/*.test.ts']),
  onlyIn('@kubernetes/client-node', 'webhook/src/kube', ['webhook/src/kube/**', 'sidecar/**']),
  {
    files: ['**/*.test.ts', 'e2e/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 410, skipBlankLines: true, skipComments: true }],
      'no-restricted-globals': 'off',
    },
  },
  // A browser has nothing else.
  { files: ['webhook/page/**/*.{ts,tsx}'], rules: { 'no-restricted-globals': 'off' } },
);
