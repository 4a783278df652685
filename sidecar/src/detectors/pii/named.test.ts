import { createPiiDetector } from './index.ts';

const detector = createPiiDetector(['PERSON', 'ADDRESS']);

function found(text: string): readonly string[] {
  return detector.scan(text).map(({ rule, start, end }) => `${rule.slice(4)} ${text.slice(start, end)}`);
}

it.each([
  'Kenya was super fun to visit, Paris too',
  'The Smith Company and Brown University',
  'Denver, Houston, Columbus',
  'Dear Customer, Dear Hiring Manager, hi all,',
  'Please contact Support on Monday',
  'He said: Monday is fine. May I? Will you?',
  'User Story: As a manager I want Reports',
  '{"tool_name": "get_weather_2", "file_name": "a.txt", "name": "search"}',
  'const firstName = user.first_name;',
  'JavaScript, TypeScript and Python 3.12 on Ubuntu Linux',
  'AimeeMcGregor@',
  'version 12 Main branch, 3 Way merge',
  'chapter 4 Section Overview',
  'Best Practices',
  'Pre-installed with Docker Desktop.',
  'We walked 5 Miles to the Court.',
  'During 1971, Mayo and Walters met in room 5',
  'Metrics are exposed via Prometheus exporter on port 8889',
  'Meet me at 5 PM, Monday or at 12 Noon',
  'We moved to Version 12, Release 3',
  'It arrived at 10 Monday, March 3',
  'The 3 Musketeers, the 7 Samurai and 12 Angry Men',
  '1 Introduction\n2 Methods\n3 Results',
  'In 2019 we moved to Suite 500 of the office park',
  'Return to Step 3 of the list',
  'Top 10 Albums Of 2020\nThriller 12345678',
])('finds neither names nor addresses in %s', (text) => {
  expect(found(text)).toEqual([]);
});

it.each<[string, readonly string[]]>([
  ['{"first_name": "Harper", "lastName": "Ødegård"}', ['person Harper', 'person Ødegård']],
  ["{'patient_name': '山田太郎'}", ['person 山田太郎']],
  ['Name: Willemine ten Pas\nAge: 40', ['person Willemine ten Pas']],
  ['Full name = José Ramos', ['person José Ramos']],
  ['my name is borna jerković, and I', ['person borna jerković']],
  ['This is Dr. Velimir R. Janković.', ['person Velimir R. Janković']],
  ['Kind regards,\nHanne Kreutzmann', ['person Hanne Kreutzmann']],
  ['Ask Jennifer O’Neil about it', ['person Jennifer O’Neil']],
  ['She met Patricia and Edward yesterday.', ['person Patricia', 'person Edward']],
  ['Emre’s address is unknown', ['person Emre']],
  ['What is your name? Abbas Kadyrov', ['person Abbas Kadyrov']],
  ['Melanie Monday', ['person Melanie']],
  [
    '{"address1": "861 River Road", "address2": "Suite 334"}',
    ['address 861 River Road', 'address Suite 334'],
  ],
  ['ship to 1737 Cheriton Drive, Apt. 724, please', ['address 1737 Cheriton Drive, Apt. 724']],
  ['at 24 Main St, Springfield, IL 62701.', ['address 24 Main St, Springfield, IL 62701']],
  ['Sie wohnt in der Goethestraße 12.', ['address Goethestraße 12']],
  ['il habite 12 rue de la Paix.', ['address 12 rue de la Paix']],
  ['calle Mayor 7', ['address calle Mayor 7']],
  ['P.O. Box 149', ['address P.O. Box 149']],
  ['Box: PSC 7300, Box 8726\nAPO AP 95612', ['address PSC 7300, Box 8726\nAPO AP 95612']],
  ['USNV Lundberg\nFPO AA 54216', ['address USNV Lundberg\nFPO AA 54216']],
  ['Meet me at 58 Pentelis 152 tomorrow', ['address 58 Pentelis 152']],
  ['He lives at 6 Slovenčeva 51, Črni Vrh, and', ['address 6 Slovenčeva 51, Črni Vrh']],
  [
    '34 Auerstrasse 84\n Apt. 469\n Lyss\n Tuvalu 14600\n032 385',
    ['address 34 Auerstrasse 84\n Apt. 469\n Lyss\n Tuvalu 14600'],
  ],
  ['12 some road\n apt. 7\nThen we left', ['address 12 some road\n apt. 7\nThen']],
  ['21 Eriksbo 98\nToftlund\n, SY\n 04828', ['address 21 Eriksbo 98\nToftlund\n, SY\n 04828']],
  ['at 24 Main Street\nThanks', ['address 24 Main Street']],
  ['Freistädter Strasse 61, Wien', ['address Freistädter Strasse 61, Wien']],
])('finds in %s', (text, expected) => {
  expect(found(text)).toEqual(expected);
});

it('finds neither unless they are named', () => {
  expect(createPiiDetector().scan('Dear Patricia, P.O. Box 149, my name is John Miller')).toEqual([]);
});
