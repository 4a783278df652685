import { hostsOf } from './destination.ts';

const LONG = 'a'.repeat(9_000);

describe('targets that are longer than a host may be', () => {
  it.each([
    ['a path', `https://docs.test/${LONG}`, ['docs.test']],
    ['a query that names another host', `https://docs.test/?${LONG}@evil.test`, ['docs.test']],
    ['a path of the page', `/x/${LONG}`, []],
    ['an image in the text', `data:image/png;base64,iVBOR/${LONG}`, []],
    ['a host behind a long user name', `https://${LONG}@evil.test/`, ['']],
    ['a host behind a port that is a password', `https://docs.test:${'0'.repeat(9_000)}80@evil.test/`, ['']],
    ['a host that goes on', `https://docs.test.${LONG}`, ['']],
    ['a host behind spaces', `https://${'\t'.repeat(9_000)}evil.test/`, ['']],
  ])('%s', (_, target, expected) => expect(hostsOf(target)).toEqual(expected));
});
