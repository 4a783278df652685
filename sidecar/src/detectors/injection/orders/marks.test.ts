import fc from 'fast-check';
import { MARKS, markKey, type Mark } from './marks.ts';
import { Reader } from '../reader.ts';

/** The marks that the reader finds, each with the number of words before it. */
function marksIn(text: string): readonly (readonly [mark: Mark | null, words: number])[] {
  const found: (readonly [Mark | null, number])[] = [];
  let words = 0;
  new Reader({
    word: () => {
      words += 1;
    },
    mark: (key) => {
      found.push([MARKS.find((mark) => markKey(mark) === key) ?? null, words]);
    },
    sentence: () => undefined,
    pause: () => undefined,
  }).read(text);
  return found;
}

describe('the reader', () => {
  it.each([
    ['a version of a package', 'npm install left-pad@1.2.3'],
    ['a decorator', 'a class with @Injectable above it'],
    ['an argument of a shell', 'echo $1 and $2'],
    ['a template of a script', 'const url = `${base}/v1`'],
    ['a colon', 'Note: see below'],
    ['a commit', 'reverts a94a8fe5ccb19ba61c4c0873d391e987982fbbd3'],
    ['a long word', 'internationalisation'],
    ['nothing', ''],
  ])('marks nothing in %s', (_, text) => expect(marksIn(text)).toEqual([]));

  it.each<readonly [string, string, Mark, number]>([
    ['an address of mail', 'write to k.lund@fastpost.example', '@mail', 4],
    ['an office', 'write to support@example.com', '@office', 3],
    ['an office at the beginning', 'HR@example.com', '@office', 1],
    ['an address that ends like an office', 'write to my.support@example.com', '@mail', 4],
    ['an address that begins like an office', 'write to support.k@example.com', '@mail', 4],
    ['an address in Chinese text', '发送到wang@relay.example', '@mail', 4],
    ['a link', 'open https://fastpost.example/x', '@link', 2],
    ['a sum', 'send $50 now', '@money', 1],
    ['a small sum', 'send $0.01', '@money', 1],
    ['a sum with its sign behind', 'pay 20 € now', '@money', 2],
    ['an IBAN', 'to DE89370400440532013000.', '@account', 2],
    ['an IBAN at the end', 'to GB29NWBK60161331926819', '@account', 2],
    ['a wallet', 'to 0x52908400098527886E0F7030069857D2E4169EE7 now', '@account', 2],
  ])('marks %s', (_, text, mark, words) => expect(marksIn(text)).toEqual([[mark, words]]));

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('@', '$', ':', '/', 'a', '7', ' ', 'é', '€', '\n') }),
        (text) => marksIn(text).every(([mark]) => mark !== null),
      ),
    );
  });
});
