#!/usr/bin/env node
/**
 * bundle.mjs FOLDER: puts the built sidecar (`sidecar/dist`) and the packages that it loads into a few files, with `FOLDER/main.js` as the
 * first. FOLDER is to stand beside `dist` where it runs. Half of the CPU of a start went into finding and opening a thousand files.
 *
 * Native packages stay outside and are found in node_modules. What is needed for some policies only is in files of its own, which are
 * loaded on demand. Names stay as they are written, for stack traces; the maps lead to lines of `src` under
 * `NODE_OPTIONS=--enable-source-maps`. The same input gives the same bytes. It runs in the build stage of the Dockerfile, from the
 * repository's root, before development packages are removed.
 */
import { readFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';

import { build } from 'esbuild';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: bundle.mjs FOLDER\n');
  process.exit(2);
}
const DIST = resolve('sidecar/dist');

/**
 * V8 keeps the text of a program as long as it runs, with two bytes for each character where one of them is beyond Latin-1: of the patterns with such
 * characters, which esbuild leaves as they are, a few doubled that of the whole file. @throws Error where an escape would mean something else
 */
function inAscii(text) {
  if (/\\[^\0-\x7f]|String\.raw`[^`]*[^\0-\x7f`]/.test(text))
    throw new Error('a character beyond ASCII cannot be escaped');
  return text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Modules find the sidecar's data by where they are: in a bundle, by where they were. */
const places = {
  name: 'places',
  setup(bundler) {
    bundler.onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(DIST + sep)) return undefined;
      const place = JSON.stringify(`../dist/${relative(DIST, path).replaceAll(sep, '/')}`);
      const text = readFileSync(path, 'utf8');
      return {
        contents: inAscii(text.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`)),
      };
    });
  },
};

/**
 * `import` of `node:http` reads all that it exports, and so loads the fetch of Node, which is not used: 20 ms of CPU. `require` does not.
 */
const lazyHttp = {
  name: 'lazy-http',
  setup(bundler) {
    bundler.onResolve({ filter: /^node:http$/ }, ({ kind }) =>
      kind === 'import-statement'
        ? { path: 'node:http', namespace: 'required' }
        : { path: 'node:http', external: true },
    );
    bundler.onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** zod brings its messages in sixty languages, a seventh of the program; the sidecar speaks English. */
const inEnglish = {
  name: 'in-english',
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

await build({
  entryPoints: [resolve(DIST, 'main.js')],
  outdir: resolve(folder),
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.20',
  external: ['re2'],
  plugins: [places, lazyHttp, inEnglish],
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  // Comments are a third of it.
  minifyWhitespace: true,
  // Node prints the whole line of an error that nothing catches.
  lineLimit: 160,
  // Packages of CommonJS want `require` where there is none.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  logLevel: 'warning',
});
