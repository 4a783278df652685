import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

interface Bom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const STATUS = `Package: nftables
Status: install ok installed
Architecture: amd64
Version: 1.0.6-2+deb12u2
Description: Program to control packet filtering rules
 Version: 9 of a line that only looks like a field

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 1:2.36-9
`;

const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-sbom-'));
const status = join(folder, 'status');
writeFileSync(status, STATUS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sbom(...argv: readonly string[]): string {
  return execFileSync(process.execPath, ['images/sbom.mjs', ...argv], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

const lock = (
  JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockEntry>>;
  }
).packages;

/** Where Node would find a package that is asked for from a place in the lock. */
function located(from: string, name: string): string | null {
  const folders = from.split('/node_modules/');
  for (let depth = folders.length; depth > 0; depth -= 1) {
    const path = `${folders.slice(0, depth).join('/node_modules/')}/node_modules/${name}`;
    if (path in lock) return path;
  }
  return `node_modules/${name}` in lock ? `node_modules/${name}` : null;
}

/** The packages that a workspace needs to run, by the lock alone: `name@version` to integrity. */
function needed(workspace: string): ReadonlyMap<string, string> {
  const seen = new Set<string>();
  const found = new Map<string, string>();
  const walk = (path: string): void => {
    const entry = lock[path];
    if (entry === undefined || seen.has(path)) return;
    seen.add(path);
    const name = path.split('node_modules/').at(-1) ?? '';
    if (entry.integrity !== undefined) found.set(`${name}@${entry.version ?? ''}`, entry.integrity);
    const peers = Object.keys(entry.peerDependencies ?? {}).filter(
      (peer) => entry.peerDependenciesMeta?.[peer]?.optional !== true,
    );
    const others = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies });
    for (const wanted of [...peers, ...others]) {
      const next = wanted.startsWith('@llm-boundary/')
        ? wanted.slice('@llm-boundary/'.length)
        : located(path, wanted);
      if (next !== null) walk(next);
    }
  };
  walk(workspace);
  return found;
}

describe('contents of an image', () => {
  it('fails without a workspace, and for one that is not there', () => {
    expect(() => sbom()).toThrow('usage');
    expect(() => sbom('nothing')).toThrow();
  });

  it('fails where the status file names no installed package', () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '');
    expect(() => sbom('sidecar', empty)).toThrow('names no installed package');
  });

  it.each(['sidecar', 'webhook'])('of %s is CycloneDX 1.5, by its own schema', async (workspace) => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
    expect(await validator.validate(sbom(workspace, status))).toBeNull();
    expect(
      await validator.validate('{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{}]}'),
    ).not.toBeNull();
  });

  it.each(['sidecar', 'webhook'])('of %s lists the packages of the lock with their hashes', (workspace) => {
    const { components } = JSON.parse(sbom(workspace, status)) as Bom;
    const listed = components.filter(
      ({ purl, name }) =>
        purl.startsWith('pkg:npm/') && !purl.startsWith('pkg:npm/%40llm-boundary/') && name !== workspace,
    );
    const asListed = new Map(
      listed.map(({ name, version, hashes = [] }) => [
        `${name}@${version}`,
        `sha512-${Buffer.from(hashes[0]?.content ?? '', 'hex').toString('base64')}`,
      ]),
    );
    expect(Object.fromEntries([...asListed].sort())).toEqual(
      Object.fromEntries([...needed(workspace)].sort()),
    );
    expect(listed.length).toBeGreaterThan(20);
  });

  it('lists the Debian packages that are installed, and the Node that runs', () => {
    const { components, metadata, dependencies } = JSON.parse(sbom('sidecar', status)) as Bom;
    expect(components.filter(({ purl }) => purl.startsWith('pkg:deb/')).map(({ purl }) => purl)).toEqual([
      'pkg:deb/debian/libc6@1%3A2.36-9?arch=amd64',
      'pkg:deb/debian/nftables@1.0.6-2%2Bdeb12u2?arch=amd64',
    ]);
    expect(components.find(({ name }) => name === 'node')?.version).toBe(process.versions.node);
    const held = dependencies.find(({ ref }) => ref === metadata.component['bom-ref'])?.dependsOn ?? [];
    expect(held).toContain('pkg:deb/debian/nftables@1.0.6-2%2Bdeb12u2?arch=amd64');
    const known = new Set([metadata.component['bom-ref'], ...components.map((each) => each['bom-ref'])]);
    expect(
      dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !known.has(ref)),
    ).toEqual([]);
  });

  it('gives the same bytes for the same input', () => {
    expect(sbom('webhook', status)).toBe(sbom('webhook', status));
  });
});

describe('the Dockerfiles', () => {
  it.each(['sidecar', 'webhook'])('of %s puts it into the image, with its Debian packages', (workspace) => {
    const text = readFileSync(join(ROOT, workspace, 'Dockerfile'), 'utf8');
    expect(text).toContain(
      `RUN node images/sbom.mjs ${workspace} /var/lib/dpkg/image-status > sbom.cdx.json`,
    );
    expect(text).toContain('COPY --from=base /var/lib/dpkg/status /var/lib/dpkg/image-status');
    const last = text.slice(text.lastIndexOf('\nFROM '));
    expect(last).toMatch(/^\nFROM base\n/);
    expect(last).toContain('COPY --from=build /app/sbom.cdx.json sbom.cdx.json');
  });
});
