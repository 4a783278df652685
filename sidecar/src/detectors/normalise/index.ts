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
export { DECODINGS, forgetUnits, NOTHING_READ, type Reading } from './reading.ts';
export { views } from './views.ts';
