export { shownBy } from './characters.ts';
export { fold } from './fold.ts';
export {
  beforeGroups,
  besideGroups,
  offsetsIn,
  originalOffset,
  originalRange,
  READERS,
  viewsInSlices,
  viewsOf,
  type View,
} from './layers.ts';
export {
  DECODINGS,
  forgetUnits,
  isInUnit,
  NOTHING_READ,
  type Decoding,
  type Read,
  type Reader,
  type Reading,
} from './reading.ts';
export { decodedText } from './signs.ts';
export { PSEUDONYM, readPseudonyms } from './pseudonyms.ts';
export { views } from './views.ts';
