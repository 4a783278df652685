import { EXIT_NO, EXIT_OK, parseFlags } from '../flags/flags.ts';
import { fingerprint } from '../../detectors/leak/index.ts';
import type { CommandIo } from './command-io.ts';
import { readArgument } from './policy-arguments.ts';

const SPEC = {
  command: 'llm-boundary-sidecar policy fingerprint',
  describe:
    'Prints the fingerprints of a text document: hashes that recognise its passages without revealing them. Keep them as NAME.fingerprints beside the policy.',
  operands: [{ name: 'FILE', required: true, describe: 'The document, as plain text in UTF-8.' }],
  flags: [],
} as const;

export async function runFingerprint(
  argv: readonly string[],
  { stdout, stderr, env }: CommandIo,
): Promise<number> {
  const parsed = parseFlags(SPEC, argv, env);
  if (parsed.kind === 'help') {
    stdout.write(parsed.text);
    return EXIT_OK;
  }
  const [path = ''] = parsed.operands;
  const made = fingerprint(await readArgument('FILE', path));
  // One line is the header.
  if (made.trimEnd().split('\n').length < 2) {
    stderr.write(`${path}: too few words for a fingerprint; nothing would be recognised\n`);
    return EXIT_NO;
  }
  stdout.write(made);
  return EXIT_OK;
}
