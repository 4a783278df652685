import fc from 'fast-check';

import { createSigner, parseVerifier } from './note.ts';

const ORIGIN = 'cluster/ns/pod/chain/0123456789abcdef';
const HASH = 'ab'.repeat(32);

describe('parseVerifier', () => {
  // The example in the documentation of Go's golang.org/x/mod/sumdb/note.
  const EXAMPLE = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  it.each([
    ['nothing', ''],
    ['no key', 'PeterNeumann+c74f20a3'],
    ['another key id', EXAMPLE.replace('c74f20a3', 'c74f20a4')],
    ['a space in the name', EXAMPLE.replace('rN', 'r N')],
    ['another algorithm', EXAMPLE.replace('+ARpc', '+BRpc')],
    ['another byte', EXAMPLE.replace('10TW', '10TX')],
  ])('does not take %s', (_name, text) => {
    expect(parseVerifier(text)).toBeNull();
  });

  it('takes a key that another implementation made', () => {
    expect(parseVerifier(EXAMPLE)?.name).toBe('PeterNeumann');
  });

  it("opens a signer's note", () => {
    const { key } = createSigner(ORIGIN);
    expect(parseVerifier(key)).toMatchObject({ name: ORIGIN, key });
  });
});

describe('a signed head', () => {
  const signer = createSigner(ORIGIN);
  const head = { origin: ORIGIN, size: 42, hash: HASH };
  const note = signer.sign(head);
  const verifier = parseVerifier(signer.key);

  it('opens to the signed head', () => {
    expect(verifier?.open(note)).toEqual(head);
  });

  it('does not open for another key of the same name', () => {
    expect(parseVerifier(createSigner(ORIGIN).key)?.open(note)).toBeNull();
  });

  it('does not open when a byte of it changes', () => {
    const bytes = Buffer.from(note);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(verifier?.open(changed.toString())).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });
});
