/** Parts of ordinary sentences. Words in any order would read as noise, which an injection filter may well refuse. */
const SUBJECTS =
  'The harbour master|An old merchant|The second clerk|A pilot from the north|The crew of the barge|Her younger brother|The customs officer|A widow from the hill|The owner of the mill|Our neighbour|The night watch|A student of law'.split(
    '|',
  );
const VERBS =
  'wrote a letter about|counted|had forgotten|sold|carried home|asked the captain about|repaired|kept an account of|waited for|looked after|talked about|paid for'.split(
    '|',
  );
const OBJECTS =
  'the barrels of salt|forty sacks of grain|the rope and the sails|a cargo of wool|the lanterns on the quay|the broken crane|two crates of oranges|the dues of the summer|the timber from the river|a chest of tea|the fishing boats|the price of oil'.split(
    '|',
  );
const TIMES =
  'before the winter|after the storm|on a wet morning|in the second week of May|during the long strike|when the bells rang|at the end of the season|without much hurry|on the way to the market|late in the evening|for the third time|as the tide came in'.split(
    '|',
  );

/**
 * Text that was not sent before, the same in every run: sentences whose parts `seed` decides.
 *
 * @param length about so many characters
 */
export function prose(seed: number, length: number): string {
  // xorshift32, from a state that is not zero.
  let state = (Math.imul(seed, 2_654_435_761) >>> 0) + 1;
  const pick = (parts: readonly string[]): string => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return parts[(state >>> 8) % parts.length] ?? '';
  };
  let text = '';
  while (text.length < length) {
    text += `${text === '' ? '' : ' '}${pick(SUBJECTS)} ${pick(VERBS)} ${pick(OBJECTS)} ${pick(TIMES)}.`;
  }
  return text;
}
