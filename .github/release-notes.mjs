// release-notes.mjs vX.Y.Z: prints the changelog's section of this version; exit 1 where there is none or it is empty.
import { readFileSync } from 'node:fs';

const wanted = (process.argv[2] ?? '').replace(/^v/, '');
const changelog = readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8');
const sections = changelog.split(/^## /m).slice(1);
const section = sections.find((each) => each.startsWith(`${wanted} `) || each.startsWith(`${wanted}\n`));
const notes = section?.slice(section.indexOf('\n')).trim() ?? '';
if (notes === '') console.error(`CHANGELOG.md has no section "## ${wanted}", or nothing in it`);
else console.log(notes);
process.exitCode = notes === '' ? 1 : 0;
