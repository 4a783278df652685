import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

/**
 * Bundles each MCP program with its packages into one file, such as `mcp-server.bundle.js` beside it, so that its image needs no packages.
 */
function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

await build({
  entryPoints: [
    ...['mcp-server.js', 'mcp-call.js', 'agent.js'],
    ...['recipes/kubernetes-mcp.js', 'recipes/ops-agent.js'],
  ].map(beside),
  outdir: beside('.'),
  outbase: beside('.'),
  entryNames: '[dir]/[name].bundle',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Packages of CommonJS need `require`, which ES modules lack.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
