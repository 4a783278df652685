import { nearest } from './nearest.ts';

const KEYS = ['ingress', 'egress', 'action', 'audit', 'limits', 'on'];

describe('nearest', () => {
  it.each([
    ['a word that resembles none', 'firewall'],
    ['an empty word', ''],
    ['a word so short that everything is near', 'xy'],
  ])('finds nothing for %s', (_name, word) => {
    expect(nearest(word, KEYS)).toBeNull();
  });

  it.each([
    ['the word in other letters', 'INGRESS', 'ingress'],
    ['a letter too many', 'eggress', 'egress'],
    ['a letter too few', 'acton', 'action'],
    ['another letter', 'ingresz', 'ingress'],
    ['two letters in the wrong order', 'auidt', 'audit'],
    ['the nearer of two', 'egres', 'egress'],
  ])('finds the word for %s', (_name, word, expected) => {
    expect(nearest(word, KEYS)).toBe(expected);
  });

  it('has no words to choose from', () => {
    expect(nearest('ingress', [])).toBeNull();
  });
});
