/**
 * Mutants that no test can kill, since no observable behaviour changes. One a line: the file, the text of the line, the text that is
 * replaced, and why. A row that matches no mutant any more fails the run.
 */
export const EQUIVALENT = [];
