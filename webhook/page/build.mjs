#!/usr/bin/env node
/**
 * Bundles the console's page into `webhook/dist/page`: `index.html`, one script, one style sheet, and the licences of what is in them. Nothing
 * is loaded from elsewhere, and nothing is inline, so that the page runs under `default-src 'none'`. Run it after `tsc -b`, which checks the
 * types. The same input gives the same bytes.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const PAGE = fileURLToPath(new URL('.', import.meta.url));
const OUT = join(PAGE, '../dist/page');
const { resolve } = createRequire(import.meta.url);

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
await build({
  absWorkingDir: PAGE,
  entryPoints: ['main.tsx', 'theme.ts', 'styles/main.css'],
  entryNames: '[name]',
  outdir: OUT,
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome109', 'firefox115', 'safari16.4'],
  tsconfig: 'tsconfig.json',
  legalComments: 'none',
  logLevel: 'warning',
});
copyFileSync(join(PAGE, 'index.html'), join(OUT, 'index.html'));

/** MIT asks for the notice to go along. Not every package exports its package.json, so the main file leads to the folder. */
function licenceOf(name) {
  const folder = dirname(dirname(resolve(name)));
  return `${name}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`;
}
writeFileSync(join(OUT, 'licences.txt'), ['preact', 'uplot'].map(licenceOf).join('\n\n'));
