import fc from 'fast-check';

import { fold } from '../../../detectors/index.ts';
import { foldName } from './argument-names.ts';
import { compileLikeness, foldToolName } from './tool-names.ts';

const isLike = compileLikeness(['send_mail', 'getUser', 'delete_*', 'run?', 'выслать_почту']);

describe('compileLikeness', () => {
  it.each([
    ['another case', 'Send_Mail'],
    ['another separator', 'send-mail'],
    ['no separator', 'sendmail'],
    ['camel case', 'sendMail'],
    ['a separator that the policy leaves out', 'get_user'],
    ['wide letters', 'ｓｅｎｄ_mail'],
    ['an invisible letter', 'send_\u200bmail'],
    ['an invisible letter that is a space', 'send_mail\u3164'],
    ['a Cyrillic letter', 'sеnd_mail'],
    ['a Greek letter', 'send_mαil'],
    ['a letter that folds in Go', 'ſend_mail'],
    ['spaces', ' send mail '],
    ['a pattern in another case', 'DELETE_USER'],
    ['a pattern in camel case', 'deleteUser'],
    ['a pattern with another separator', 'delete-user'],
    ['a pattern with a Cyrillic letter', 'dеlete_user'],
    ['one letter of a pattern', 'RUN1'],
    ['a typographic dash', 'send\u2010mail'],
    ['a dot', 'send.mail'],
    ['a slash', 'send/mail'],
    ['a control character', 'send_mail\0'],
    ['what looks like a call', 'send_mail()'],
    ['quotes', '"send_mail"'],
    ['a mark on a letter', 'sénd_mail'],
    ['a combining mark', 's\u0332end_mail'],
    ['a combining mark on a Cyrillic letter', 'sе\u0332nd_mail'],
    ['a small capital', 'ꜱend_mail'],
    ['a letter in a circle', '🅢end_mail'],
    ['a pattern with a typographic dash', 'delete\u2010user'],
    ['a pattern with a dot', 'Delete.User'],
    ['a pattern with a mark', 'délete_user'],
    ['a word of another script in another case', 'Выслать-Почту'],
  ])('%s is taken for a tool of the policy', (_what, name) => {
    expect(isLike(name)).toBe(true);
  });

  it.each([
    'send_mails',
    'send',
    'deleted',
    'deletion_log',
    'run',
    'running',
    'get_users',
    'постать_почту',
    '',
  ])('%j is another tool', (name) => {
    expect(isLike(name)).toBe(false);
  });

  it('matches what its patterns match', () => {
    expect(['send_mail', 'delete_', 'delete_x', 'run1'].every(isLike)).toBe(true);
    expect(compileLikeness(['*'])('x')).toBe(true);
    expect(compileLikeness([])('x')).toBe(false);
  });
});

/** Any letters, and what names are disguised with. */
const NAME = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...Array.from('aesS_-. /():\0\u2010\u0301\u0332\u200b\u3164еѕꜱ🅢éſｓ*?1')),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 8,
});

describe('foldToolName', () => {
  it('takes names for one that are the same in case, separators, invisible letters and look-alikes, whatever else it folds', () => {
    fc.assert(
      fc.property(NAME, fc.constantFrom('\u200b', '-', '_ ', ''), (name, between) => {
        for (const other of [name.toUpperCase(), name.toLowerCase(), Array.from(name).join(between)]) {
          if (foldName(fold(name)) !== foldName(fold(other))) continue;
          expect(foldToolName(name)).toBe(foldToolName(other));
          if (!/[*?]/.test(name)) expect(compileLikeness([name])(other)).toBe(true);
        }
        expect(compileLikeness([name])(name)).toBe(true);
      }),
    );
  });

  it('keeps apart what other letters, digits or vowels say', () => {
    for (const [name, other] of [
      ['send_mail', 'send_mails'],
      ['run1', 'run2'],
      ['かき', 'かぎ'],
      ['कमल', 'कमला'],
    ] as const)
      expect(foldToolName(name)).not.toBe(foldToolName(other));
  });
});
