export { fold } from './fold.ts';
export { views } from './views.ts';
export {
  beforeUnit,
  behindUnit,
  forgetUnits,
  NOTHING_READ,
  originalEnd,
  originalStart,
  readingAt,
  readInSlices,
  readOn,
  readWhole,
  type Reading,
} from './reading.ts';
