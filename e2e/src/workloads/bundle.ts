import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

/**
 * Puts each program that speaks MCP and the packages that it needs into one file, such as `mcp-server.bundle.js` beside it, so that its
 * image needs no packages.
 */
function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

await build({
  entryPoints: ['mcp-server.js', 'mcp-call.js', 'agent.js'].map(beside),
  outdir: beside('.'),
  entryNames: '[name].bundle',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Packages of CommonJS want `require` where there is none.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
