// A process of `npm run lint`: lints the files that its parent sends, folder by folder, prints what it found, and sends back the clean ones.
import { ESLint } from 'eslint';

/** sidecar/src/policy/keys/egress.ts is of sidecar/src/policy. */
const room = (file) => file.split('/').slice(0, -1).slice(0, 3).join('/');

async function lint(files) {
  const linter = new ESLint();
  const formatter = await linter.loadFormatter('stylish');
  const clean = [];
  for (const place of new Set(files.map(room))) {
    const startedMs = Date.now();
    const inRoom = files.filter((file) => room(file) === place);
    const results = await linter.lintFiles(inRoom);
    const faulty = results.filter(({ errorCount, warningCount }) => errorCount + warningCount > 0);
    const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
    process.stdout.write(`eslint ${place}: ${results.length} files in ${seconds} s\n`);
    if (faulty.length > 0) process.stdout.write(await formatter.format(faulty));
    const faults = new Set(faulty.map(({ filePath }) => filePath));
    clean.push(...inRoom.filter((file) => ![...faults].some((path) => path.endsWith(`/${file}`))));
  }
  return clean;
}

process.once('message', async (files) => {
  const clean = await lint(files);
  process.send(clean, () => process.disconnect());
});
