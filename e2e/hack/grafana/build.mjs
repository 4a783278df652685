// Bundles the page that draws a dashboard: `node build.mjs`, after `npm ci --ignore-scripts` in this folder (400 packages, 600 MB).
// `npm run pictures:dashboards` in the root does the former, and says where the latter is needed.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HERE = new URL('./', import.meta.url);

if (!existsSync(new URL('node_modules/@grafana/ui/package.json', HERE))) {
  process.stderr.write('First: npm ci --ignore-scripts --prefix e2e/hack/grafana\n');
  process.exit(1);
}
const { build } = await import('esbuild');
const out = fileURLToPath(new URL('dist/', HERE));
mkdirSync(out, { recursive: true });
const bundled = (name) => {
  const folder = new URL(`node_modules/@grafana/${name}/`, HERE);
  const { main } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
  return fileURLToPath(new URL(main, folder));
};
await build({
  entryPoints: [fileURLToPath(new URL('page.mjs', HERE))],
  bundle: true,
  outfile: `${out}page.js`,
  format: 'iife',
  platform: 'browser',
  // Their ES modules end in `.mjs`, where a CommonJS module is its default export as a whole, as in Node.js. Their components expect otherwise.
  alias: Object.fromEntries(['data', 'schema', 'ui'].map((name) => [`@grafana/${name}`, bundled(name)])),
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  loader: { '.svg': 'dataurl', '.woff2': 'dataurl', '.ttf': 'dataurl' },
  logLevel: 'error',
});
writeFileSync(
  `${out}index.html`,
  '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="page.css"><div id="root"></div><script src="page.js"></script>\n',
);
