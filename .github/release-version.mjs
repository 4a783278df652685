// release-version.mjs vX.Y.Z: exit 1 unless every package and the chart name this version.
import { readFileSync } from 'node:fs';

const wanted = (process.argv[2] ?? '').replace(/^v/, '');
const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const chart = read('charts/llm-boundary/Chart.yaml');
const found = {
  'package.json': JSON.parse(read('package.json')).version,
  'sidecar/package.json': JSON.parse(read('sidecar/package.json')).version,
  'webhook/package.json': JSON.parse(read('webhook/package.json')).version,
  'Chart.yaml version': /^version: *"?([^"\s]+)/m.exec(chart)?.[1],
  'Chart.yaml appVersion': /^appVersion: *"?([^"\s]+)/m.exec(chart)?.[1],
};
const wrong = Object.entries(found).filter(([, version]) => version !== wanted);
for (const [place, version] of wrong) console.error(`${place}: ${version}, expected ${wanted}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
