/** Words that servers accept as booleans. In lower case. */
export const FLAGS: ReadonlyMap<string, boolean> = new Map(
  (['0', 'off', 'f', 'false', 'n', 'no', '1', 'on', 't', 'true', 'y', 'yes'] as const).map((word, at) => [
    word,
    at > 5,
  ]),
);
