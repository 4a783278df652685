import { EXIT_OK, parseFlags, type CommandSpec } from '../command/flags.ts';
import { fingerprint } from '../detectors/index.ts';
import type { CommandIo } from './command-io.ts';
import { readArgument } from './policy-arguments.ts';

const SPEC = {
  command: 'llm-boundary-sidecar policy fingerprint',
  describe:
    'Prints the fingerprints of a document to protect. Put them into NAME.fingerprints beside policy.yaml and NAME into egress.documents.fingerprints. The document itself cannot be got back from them.',
  operands: [{ name: 'FILE', required: true, describe: 'The document, as text in UTF-8.' }],
  flags: [],
} satisfies CommandSpec;

export async function runFingerprint(argv: readonly string[], { stdout, env }: CommandIo): Promise<number> {
  const parsed = parseFlags(SPEC, argv, env);
  if (parsed.kind === 'help') {
    stdout.write(parsed.text);
    return EXIT_OK;
  }
  const [path = ''] = parsed.operands;
  stdout.write(fingerprint(await readArgument('FILE', path)));
  return EXIT_OK;
}
