import { meantValues } from './meant-values.ts';

/** What the part between `‹` and `›` means. */
function meant(marked: string): string {
  const start = marked.indexOf('‹');
  const end = marked.indexOf('›') - 1;
  return meantValues(marked.replace(/[‹›]/g, ''))({ start, end });
}

it.each([
  ['as it is written', 'To ‹bob@corp.test›', 'bob@corp.test'],
  ['with letters of other shapes, as they are written', 'To ‹bob＠corp.test›', 'bob＠corp.test'],
  ['with marks, as they are written', 'To ‹**bob**@corp.test›', '**bob**@corp.test'],
  ['a JSON string', '{"a":"‹bob\\u0040corp.test›"}', 'bob@corp.test'],
  ['a line end in a JSON string', '{"a":"‹742 Evergreen\\nOhio›"}', '742 Evergreen\nOhio'],
  ['quotes in a JSON string', '{"a":"‹Robert \\"Bob\\" Smith›"}', 'Robert "Bob" Smith'],
  ['a backslash in a JSON string', '{"a":"‹corp\\\\nbob›"}', 'corp\\nbob'],
  ['JSON in a JSON string', '{"a":"{\\"b\\":\\"‹742 Evergreen\\\\nOhio›\\"}"}', '742 Evergreen\nOhio'],
  [
    'JSON in a JSON string, by .NET',
    '{"a":"{\\u0022b\\u0022:\\u0022‹bob\\\\u0040corp\\\\n›\\u0022}"}',
    'bob@corp\n',
  ],
  ['JSON behind a word', 'So {"a":"‹\\u002b49 30›"}', '+49 30'],
  [
    'JSON behind a word in a JSON string',
    '{"a":"So {\\"b\\":\\"‹bob\\\\u0040corp.test›\\"}"}',
    'bob@corp.test',
  ],
  ['over the border of two strings', '{"a":"‹742 Evergreen","b":"Ohio\\n›"}', '742 Evergreen","b":"Ohio\n'],
  ['entities', '<p>‹bob&#64;corp&period;test›</p>', 'bob@corp.test'],
  ['entities in a JSON string', '{"a":"‹bob&commat;corp.test\\n›"}', 'bob@corp.test\n'],
  ['percent', 'https://a.example/?q=‹bob%40corp.test›', 'bob@corp.test'],
  ['quoted-printable', 'Reply-To: ‹bob=40corp.te=\r\nst›', 'bob@corp.test'],
])('reads %s', (_name, marked, value) => {
  expect(meant(marked)).toBe(value);
});

it('reads one after the other', () => {
  const text = 'a\\n\n{"a":"b\\n","c":["d\\n"]}';
  const meantIn = meantValues(text);
  const parts = [...text.matchAll(/\w\\n/g)].map(({ index }) => ({ start: index, end: index + 3 }));
  expect(parts.map((part) => meantIn(part))).toEqual(['a\n', 'b\n', 'd\n']);
});
