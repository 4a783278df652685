/** One project per workspace, so that `jest --selectProjects sidecar` runs a single room. */
const project = (name) => ({
  displayName: name,
  rootDir: `./${name}`,
  testEnvironment: `${import.meta.dirname}/e2e/hack/jest/environment.mjs`,
  testMatch: ['<rootDir>/{src,tools,page}/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', { configFile: `${import.meta.dirname}/.swcrc`, swcrc: false }] },
  moduleNameMapper: {
    '^@llm-boundary/sidecar/flags$': '<rootDir>/../sidecar/src/commands/flags/index.ts',
    '^@llm-boundary/sidecar/(.*)$': '<rootDir>/../sidecar/src/$1/index.ts',
  },
});

// Generous on purpose: a busy machine is not a failed test, and nothing here asserts time.
export default {
  testTimeout: 300_000,
  // With coverage by V8 a worker grows with every suite and slows down: e2e/hack/floors starts it anew above this size.
  ...(process.env.WORKER_MEMORY === undefined ? {} : { workerIdleMemoryLimit: process.env.WORKER_MEMORY }),
  projects: ['sidecar', 'webhook', 'e2e'].map(project),
};
