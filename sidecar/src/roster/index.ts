export { End } from './end.ts';
export { Roster, type Entry } from './roster.ts';
