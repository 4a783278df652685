#!/usr/bin/env node
/**
 * sbom.mjs WORKSPACE [DPKG_STATUS]: writes what an image holds to standard output, as CycloneDX 1.5.
 *
 * npm packages are those of package-lock.json that the workspace needs to run, by `npm sbom` (without its `--omit dev`, which leaves out what
 * some workspace needs for development too). Debian packages are those of DPKG_STATUS, the
 * image's own /var/lib/dpkg/status. Node is the one that runs this, with the libraries that are built into it. The same input gives the
 * same bytes: no time, no random number. It runs in the build stage of both Dockerfiles, from the repository's root.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [workspace, statusFile] = process.argv.slice(2);
if (workspace === undefined) {
  process.stderr.write('usage: sbom.mjs WORKSPACE [DPKG_STATUS]\n');
  process.exit(2);
}

const npm = () => {
  const argv = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const chosen = ['--workspace', `@llm-boundary/${workspace}`];
  return JSON.parse(execFileSync('npm', [...argv, ...chosen], { encoding: 'utf8', maxBuffer: 1 << 26 }));
};

/** Debian's control format: paragraphs of `Field: value`; continued lines begin with a space. */
const paragraphs = (text) =>
  text
    .split(/\n{2,}/)
    .map((each) =>
      Object.fromEntries([...each.matchAll(/^([A-Za-z-]+): *(.*)$/gm)].map(([, key, value]) => [key, value])),
    );

const debian = (text) =>
  paragraphs(text)
    .filter(({ Package: name, Status: status }) => name !== undefined && /\binstalled$/.test(status ?? ''))
    .map(({ Package: name, Version: version, Architecture: architecture }) => {
      const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`;
      return { 'bom-ref': purl, type: 'library', name, version, purl };
    });

const node = () => {
  const { node: version, ...builtIn } = process.versions;
  const purl = `pkg:generic/node@${version}`;
  const properties = Object.entries(builtIn).map(([name, value]) => ({
    name: `node:version:${name}`,
    value: String(value),
  }));
  return { 'bom-ref': purl, type: 'platform', name: 'node', version, purl, properties };
};

const byReference = (a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1);

const bom = npm();
const { version } = JSON.parse(readFileSync(`${workspace}/package.json`, 'utf8'));
const system = [node(), ...(statusFile === undefined ? [] : debian(readFileSync(statusFile, 'utf8')))];
if (statusFile !== undefined && system.length < 2)
  throw new Error(`${statusFile} names no installed package`);
const root = bom.metadata.component['bom-ref'];
const ofWorkspace = (name) =>
  bom.components.find(({ purl }) => purl.startsWith(`pkg:npm/%40llm-boundary/${name}@`));
const own = ofWorkspace(workspace);
if (own === undefined) throw new Error(`npm sbom does not name the workspace ${workspace}`);

/** References of what a workspace needs for development alone. */
const forDevelopment = (name) => {
  const { devDependencies = {} } = JSON.parse(readFileSync(`${name}/package.json`, 'utf8'));
  const names = Object.keys(devDependencies);
  return (ref) => names.some((each) => ref.startsWith(`${each}@`));
};

/** References that each reference needs to run. */
const graph = new Map(bom.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
for (const name of ['sidecar', 'webhook']) {
  const ref = ofWorkspace(name)?.['bom-ref'];
  if (ref !== undefined)
    graph.set(
      ref,
      (graph.get(ref) ?? []).filter((each) => !forDevelopment(name)(each)),
    );
}
const needed = new Set();
const walk = (ref) => {
  if (needed.has(ref)) return;
  needed.add(ref);
  for (const each of graph.get(ref) ?? []) walk(each);
};
walk(own['bom-ref']);

/** The image holds the workspace, and everything that is no npm package, by itself. */
const held = [own, ...system].map((component) => component['bom-ref']);
const dependencies = [...graph]
  .filter(([ref]) => needed.has(ref))
  .map(([ref, dependsOn]) => ({ ref, dependsOn }));

const document = {
  $schema: bom.$schema,
  bomFormat: bom.bomFormat,
  specVersion: bom.specVersion,
  version: 1,
  metadata: {
    lifecycles: [{ phase: 'build' }],
    component: { 'bom-ref': root, type: 'container', name: `llm-boundary/${workspace}`, version },
  },
  components: [...bom.components.filter((each) => needed.has(each['bom-ref'])), ...system].sort(byReference),
  dependencies: [{ ref: root, dependsOn: held }, ...dependencies]
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: [...dependsOn].sort() }))
    .sort((a, b) => (a.ref < b.ref ? -1 : 1)),
};
const hash = createHash('sha256').update(JSON.stringify(document)).digest('hex');
// A UUID of version 8 (RFC 9562 §5.8): made from the content.
const uuid = [
  hash.slice(0, 8),
  hash.slice(8, 12),
  `8${hash.slice(13, 16)}`,
  `8${hash.slice(17, 20)}`,
  hash.slice(20, 32),
].join('-');
process.stdout.write(`${JSON.stringify({ ...document, serialNumber: `urn:uuid:${uuid}` }, null, 2)}\n`);
