import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

/** Puts the MCP server and the packages that it needs into one file, `mcp-server.bundle.js` beside it, so that its image needs no packages. */
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

await build({
  entryPoints: [beside('mcp-server.js')],
  outfile: beside('mcp-server.bundle.js'),
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
