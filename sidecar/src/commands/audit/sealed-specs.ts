import { SEALED_PARTS } from '../../audit/record/sealer.ts';
import type { FlagSpec } from '../flags/flags.ts';
import { decisionId, fromLog, fromOtlp, path, PROGRAM, spec } from './specs.ts';

const sealedPart = {
  name: 'part',
  env: 'LLM_BOUNDARY_AUDIT_PART',
  kind: 'enum',
  values: SEALED_PARTS,
  describe:
    'request or response: as it arrived; request_sent or response_sent: as it went on, if redacted. Default: all; open needs one if there are several.',
} as const satisfies FlagSpec;

export const openSealedSpec = spec({
  command: `${PROGRAM} open`,
  describe:
    'Prints a sealed body (audit.content: sealed), from the folder sealed beside the log or below PATH. The log is not verified, but the file must be the one that it names.\n' +
    'Exit: 0; 1 changed, or no identity opens it; 2 usage; 3 no such body: never kept, or erased.',
  operands: [decisionId, path],
  flags: [
    {
      name: 'identity',
      env: 'LLM_BOUNDARY_AUDIT_IDENTITY',
      kind: 'text',
      value: 'FILE',
      required: true,
      describe: 'File with identities of age, as age-keygen writes it.',
    },
    sealedPart,
    fromLog,
    fromOtlp,
  ],
});

export const eraseSpec = spec({
  command: `${PROGRAM} erase`,
  describe:
    'Removes sealed bodies of an exchange. The lines that name them stay, and verify reports them as erased. Copies elsewhere are not touched.\n' +
    'Exit: 0; 2 usage; 3 nothing to remove.',
  operands: [decisionId, path],
  flags: [sealedPart],
});
