import { compileLikeness } from './tool-names.ts';

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
