import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

import { ROOT } from '../cluster.ts';
import { commandsOf, EQUIVALENTS, equivalentOf, filesWritten, quickstartCommands } from './page.ts';
import { BUILT, PULLED } from './stand-ins.ts';

const LINES = quickstartCommands().map(({ line }) => line);
const VERSION = (JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { readonly version: string })
  .version;

/** Tools that a command may begin with where it runs as it stands. */
const RUN =
  /^(npx llm-boundary-(webhook|sidecar) |helm |kubectl |sed |for try in \$\(seq \d+\); do kubectl )/;

function imagesIn(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(imagesIn);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'image' && typeof value === 'string' ? [value] : imagesIn(value),
  );
}

/** As containerd writes a name that a user has shortened. */
function whole(image: string): string {
  if (/^[^/]+\.[^/]+\//.test(image)) return image;
  return image.includes('/') ? `docker.io/${image}` : `docker.io/library/${image}`;
}

describe('the quick start', () => {
  it('reads commands of all blocks, with continued lines in one', () => {
    const page =
      '# Title\n\n## One\n\n```sh\na b \\\n  c\n\nd\n```\n\n```text\nno\n```\n\n## Two\n\n```sh\ne > f.yaml\n```\n';
    expect(commandsOf(page)).toEqual([
      { heading: 'One', line: 'a b c' },
      { heading: 'One', line: 'd' },
      { heading: 'Two', line: 'e > f.yaml' },
    ]);
    expect(filesWritten('e > f.yaml')).toEqual(['f.yaml']);
  });

  it('has no block of another language that a reader might run', () => {
    const page = readFileSync(`${ROOT}docs/guide/quickstart.md`, 'utf8');
    expect([...page.matchAll(/^```(\w*)$/gm)].map(([, language]) => language)).toEqual(
      Array.from({ length: (page.match(/^```/gm) ?? []).length }, (_, at) => (at % 2 === 0 ? 'sh' : '')),
    );
  });

  it('is made of commands that run as they stand, or have an equivalent', () => {
    expect(LINES.length).toBeGreaterThan(20);
    for (const line of LINES) expect([line, RUN.test(line)]).toEqual([line, equivalentOf(line) === null]);
  });

  it('uses each equivalent', () => {
    const used = new Set(LINES.map(equivalentOf));
    expect(EQUIVALENTS.filter(([, name]) => !used.has(name))).toEqual([]);
  });

  it('calls for no image but those that stand-ins have the names of', () => {
    const manifests = LINES.flatMap((line) =>
      [...line.matchAll(/ -f (docs\/\S+)/g)].map(([, file = '']) => file),
    );
    expect(manifests).toEqual(['docs/guide/recipes/ollama.yaml', 'docs/guide/recipes/batch-job.yaml']);
    const pulled = [
      ...LINES.flatMap((line) => [...line.matchAll(/--image=(\S+)/g)].map(([, image = '']) => image)),
      ...manifests.flatMap((file) =>
        parseAllDocuments(readFileSync(`${ROOT}${file}`, 'utf8')).flatMap((each) => imagesIn(each.toJS())),
      ),
    ];
    expect([...new Set(pulled.map(whole))].sort()).toEqual(PULLED.map(([, name]) => name).sort());
  });

  it('names the images of this version', () => {
    const text = LINES.join('\n');
    for (const [, name] of BUILT) {
      expect(name.endsWith(`:${VERSION}`)).toBe(true);
      expect(text).toContain(`-t ${name.replace('docker.io/', '')} .`);
      expect(text).toContain(`repository=${name.slice(0, name.lastIndexOf(':'))}`);
    }
  });
});
