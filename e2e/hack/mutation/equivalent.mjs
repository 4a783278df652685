/**
 * Mutants without an observable change of behaviour. Per row: the file, the text of the line, the replaced text, and the reason. A row
 * without a matching mutant fails the run.
 */
export const EQUIVALENT = [
  {
    file: 'sidecar/src/controls/action/taint.ts',
    line: 'if (at < 0) return true;',
    text: '<',
    why: 'at is never 0: pointers begin with a slash or are empty, so their first tokens are equal',
  },
];
