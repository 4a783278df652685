import { audit } from './audit.ts';

const RECIPIENT = 'age1tdmza03hfa2v53k5a7spt48heuuyl62k72lvtx0gaju0gah7ad7smzcgpd';
const IDENTITY = 'AGE-SECRET-KEY-1QQPQYGZ84F4R5Z9YH0CP7M3Q5C7JX0V9S9G4V0Z3FQ2XHNK8ZSQ0Q7Q4';

function read(sealed: unknown): ReturnType<typeof audit.schema.safeParse> {
  return audit.schema.safeParse({ content: 'sealed', sealed });
}

describe('audit.sealed', () => {
  it.each([
    ['an identity', { recipients: [IDENTITY] }],
    ['a mistyped key', { recipients: [RECIPIENT.replace('tdmza', 'tdmzz')] }],
    ['capitals', { recipients: [RECIPIENT.toUpperCase()] }],
    ['a passphrase', { recipients: ['correct horse battery staple'] }],
    ['a key of SSH', { recipients: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI'] }],
    ['too many', { recipients: Array.from({ length: 9 }, () => RECIPIENT) }],
    ['more than all', { sample: 1.1 }],
    ['less than nothing', { sample: -0.1 }],
    ['a share as text', { sample: '50%' }],
    ['no size', { bodyBytes: 0 }],
    ['an unknown key', { identities: [] }],
  ])('refuses %s', (_, sealed) => {
    expect(read(sealed).success).toBe(false);
  });

  it('never quotes what may be an identity', () => {
    expect(JSON.stringify(read({ recipients: [IDENTITY] }).error)).not.toContain(IDENTITY.slice(16, 30));
  });

  it('has bounds where none are named', () => {
    expect(read({ recipients: [RECIPIENT] }).data?.sealed).toEqual({
      recipients: [RECIPIENT],
      sample: 1,
      bodyBytes: 1024 * 1024,
      folderBytes: 64 * 1024 * 1024,
    });
  });
});
