import { parse } from '@bufbuild/cel';
import { namesIn, variantFinder } from './argument-names.ts';

const CONDITION = `args.to == 'a' && (!has(args["Cc"]) || args.list.all(each, each.name in ['x'])) && !('is\\u005fadmin' in args)`;

const readsOtherwise = variantFinder(namesIn(parse(CONDITION).expr));

describe('names of arguments', () => {
  it.each<[string, unknown]>([
    ['a name in other letters', { To: 'b' }],
    ['both', { to: 'a', TO: 'b' }],
    ['an indexed name', { to: 'a', cc: 'b' }],
    ['a name within a list', { to: 'a', list: [{ Name: 'x' }] }],
    ['two names that the condition does not read', { to: 'a', note: 1, Note: 2 }],
    ['a name that the condition writes with escapes', { to: 'a', IS_ADMIN: true }],
    ['a name in another style', { to: 'a', isAdmin: true }],
    ['letters that fold in Go', { to: 'a', iſ_admin: true }],
    ['letters beyond ASCII', { to: 'a', straße: 1, STRAßE: 2 }],
  ])('%s: a tool server may read other arguments', (_name, args) => {
    expect(readsOtherwise(args)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['the names of the condition', { to: 'a', Cc: 'b', list: [{ name: 'x' }] }],
    ['other names', { to: 'a', subject: 'To', body: { text: 'cc' } }],
    ['one name in two objects', { to: 'a', list: [{ id: 1 }, { Id: 1 }] }],
    ['no object', ['to', 'TO']],
  ])('%s: it reads the same', (_name, args) => {
    expect(readsOtherwise(args)).toBe(false);
  });
});
