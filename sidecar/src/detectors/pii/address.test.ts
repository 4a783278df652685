import { createPiiDetector } from './index.ts';

const detector = createPiiDetector(['ADDRESS']);

function found(text: string): readonly string[] {
  return detector.scan(text).map(({ start, end }) => text.slice(start, end));
}

// Recipes, sports, versions, titles, steps, tables: a number and words with capitals.
it.each([
  'Step 1 Open Terminal\nrun server 8080',
  '2 Cups Flour\n1 Cup Sugar\nBake at 1800',
  'Version 2 Release Notes\nBuild 12345',
  '100 Metres Final\nUsain Bolt 2009',
  'Top 10 Songs Of 2020\nA B 1234',
  'Model 15 Pro Max Unit 3',
  '5 Star Hotel Suite 12',
  '7 Steps, Unit 4 Test',
  '24 Hour Drive',
  '5 Star Place',
  'Preheat to 350, add 3 Large Eggs, Unit 2',
  '4 Tablespoons Butter\n2 Cups Milk\nServes 1200',
  '1 Tablespoon Vanilla Extract\nChill for 20 minutes\nCalories 2450',
  "Men's 400 Metres Hurdles\nKarsten Warholm 45940",
  '3 Points Ahead\nLakers vs Celtics 10299',
  '2 Time Champion\nRafael Nadal 2022',
  'The 7 Day Trail and the 500 Mile Drive',
  'A 50 Mile Trail, a 3 Minute Drive and a 2 Hour Drive away',
  'We won 3 First Place ribbons',
  'A 1 Terabyte Hard Drive and a 64 Gigabyte Flash Drive',
  'It has 2 Hard Drive bays',
  'Windows 11 Pro Build\nVersion 22631',
  'Release 4 Hot Fixes\nTicket 48213',
  'Chapter 7 Unit 3',
  'Grade 5 Science Unit 12',
  'The 12 Monkeys Suite 3 of the soundtrack',
  'Bach composed 6 Cello Suites, Suite 3 is in C',
  '10 tests passed\nUnit 3 failed',
  '12 tests passed\nSuite 4 failed',
  'Debian 12 Bookworm\napt 2.6.1',
  'Step 3 Place Order',
  'Place Order 66 now',
  'Contact us via Email 24 hours a day',
  'Via Slack 24 hours a day',
  'See Smith et al. Nature 521 and Jones et al. Science 345',
  'On 4 July Dr Smith left',
  'On 12 May St Mary was shown',
  'He took 2 Tests way too early',
  'Bayern Platz 1, Dortmund Platz 2',
  'Der Weg 2 ist kürzer, Parkplatz 12 ist frei',
  'Brigade 12 and Blockade 3',
  'Speicherplatz 500 GB, Arbeitsplatz 4',
  'moved to 3 Regions, Europe and Asia',
  'shipped to 12 Countries, Mexico first',
  'They live on Channel 5 and live in Season 3',
  'The band recorded it live at Wembley 1986',
  '{"address": "localhost:8080"}',
  '{"address": "0xab12cd34", "street": "none1"}',
  '| Rank | Team |\n| 1 | Red Star |\n2 Blue Moon\nPoints 10450',
  'Q3 Revenue\n3 New Markets\nTotal 48213',
  '1 Introduction\n2 Related Work\nReferences 1234',
  'Lesson 2 Reading Maps\nPage 10234',
  'Day 5 Rest Day\nSteps 12345',
  'Exercise 3 Push Ups\nRepeat 1500',
  'Fast & Furious 2 Fast 2 Furious\nBox Office 23693',
  'Catch 22 Chapters Read\nWords 54021',
  'Top 50 Best Place lists, 3 Easy Way guides',
  'The 4 Hour Work Week\nISBN 30746',
])('finds no address in %s', (text) => {
  expect(found(text)).toEqual([]);
});

it.each([
  ['Send it to 12 Oak Drive please', '12 Oak Drive'],
  ['to 24 Sunny Place, Dayton, OH 45402', '24 Sunny Place, Dayton, OH 45402'],
  ['400 Broad Street Suite 12', '400 Broad Street Suite 12'],
  ['221 Baker St Flat 3', '221 Baker St Flat 3'],
  ['Address: 5 Rose Hill\nSpringfield, IL 62701', '5 Rose Hill\nSpringfield, IL 62701'],
  ['9 Banksia Rise\nHobart TAS 7000', '9 Banksia Rise\nHobart TAS 7000'],
  ['{"address": "12 High St"}', '12 High St'],
  ['{"address": "Hauptstr. 12"}', 'Hauptstr. 12'],
  ['{"address": "東京都千代田区1-1"}', '東京都千代田区1-1'],
  ['Berliner Platz 3', 'Berliner Platz 3'],
  ['Am Alten Platz 3', 'Am Alten Platz 3'],
  ['Willy-Brandt-Platz 4', 'Willy-Brandt-Platz 4'],
  ['12 place Bellecour', '12 place Bellecour'],
  ['3 Place de la République', '3 Place de la République'],
  ['Via Roma 12', 'Via Roma 12'],
  ['44 Elm Apt. 7', '44 Elm Apt. 7'],
])('finds in %s', (text, address) => {
  expect(found(text)).toEqual([address]);
});
