import { createPiiDetector } from './pii.ts';

const detector = createPiiDetector(['PHONE']);

function found(text: string): readonly string[] {
  return detector.scan(text).map(({ start, end }) => text.slice(start, end));
}

/** Example numbers of mobile telephones of libphonenumber, as they are written at home, and from abroad. */
const EXAMPLES: Readonly<Record<string, readonly [national: string, international: string]>> = {
  US: ['(201) 555-0123', '+1 201 555 0123'],
  GB: ['07400 123456', '+44 7400 123456'],
  DE: ['01512 3456789', '+49 1512 3456789'],
  AT: ['0664 123456', '+43 664 123456'],
  CH: ['078 123 45 67', '+41 78 123 45 67'],
  FR: ['06 12 34 56 78', '+33 6 12 34 56 78'],
  ES: ['612 34 56 78', '+34 612 34 56 78'],
  IT: ['312 345 6789', '+39 312 345 6789'],
  NL: ['06 12345678', '+31 6 12345678'],
  BE: ['0450 00 12 34', '+32 450 00 12 34'],
  SE: ['070-123 45 67', '+46 70 123 45 67'],
  NO: ['40 61 23 45', '+47 40 61 23 45'],
  DK: ['34 41 23 45', '+45 34 41 23 45'],
  FI: ['041 2345678', '+358 41 2345678'],
  PL: ['512 345 678', '+48 512 345 678'],
  CZ: ['601 123 456', '+420 601 123 456'],
  PT: ['912 345 678', '+351 912 345 678'],
  IE: ['085 012 3456', '+353 85 012 3456'],
  GR: ['691 234 5678', '+30 691 234 5678'],
  TR: ['0501 234 56 78', '+90 501 234 56 78'],
  RU: ['8 (912) 345-67-89', '+7 912 345 67 89'],
  UA: ['050 123 4567', '+380 50 123 4567'],
  RO: ['0712 034 567', '+40 712 034 567'],
  HU: ['06 20 123 4567', '+36 20 123 4567'],
  IL: ['050-234-5678', '+972 50 234 5678'],
  IN: ['081234 56789', '+91 81234 56789'],
  PK: ['0301 2345678', '+92 301 2345678'],
  CN: ['131 2345 6789', '+86 131 2345 6789'],
  JP: ['090-1234-5678', '+81 90 1234 5678'],
  KR: ['010-2000-0000', '+82 10 2000 0000'],
  SG: ['8123 4567', '+65 8123 4567'],
  HK: ['5123 4567', '+852 5123 4567'],
  PH: ['0905 123 4567', '+63 905 123 4567'],
  AU: ['0412 345 678', '+61 412 345 678'],
  NZ: ['021 123 4567', '+64 21 123 4567'],
  BR: ['(11) 96123-4567', '+55 11 96123 4567'],
  MX: ['222 123 4567', '+52 222 123 4567'],
  AR: ['011 15-2345-6789', '+54 9 11 2345 6789'],
  CL: ['(2) 2123 4567', '+56 2 2123 4567'],
  CO: ['321 1234567', '+57 321 1234567'],
  ZA: ['071 123 4567', '+27 71 123 4567'],
  NG: ['0802 123 4567', '+234 802 123 4567'],
  KE: ['0712 123456', '+254 712 123456'],
  EG: ['010 01234567', '+20 10 01234567'],
  SA: ['051 234 5678', '+966 51 234 5678'],
  AE: ['050 123 4567', '+971 50 123 4567'],
  TH: ['081 234 5678', '+66 81 234 5678'],
  VN: ['0912 345 678', '+84 912 345 678'],
  ID: ['0812-345-678', '+62 812 345 678'],
  MY: ['012-345 6789', '+60 12 345 6789'],
};

/** Nothing but the form tells these from other numbers: found only where a word, a key or a label says what they are. */
const ONLY_NAMED = new Set('AT NO DK FI PL CZ PT SG HK MX CO KE EG'.split(' '));

/** Where a word or a key says what the number is. */
const NAMED: Readonly<Record<string, (number: string) => string>> = {
  'prose with a verb': (number) => `You can call me at ${number} after five.`,
  'prose with a noun': (number) => `My mobile number is ${number}.`,
  'a message': (number) => `I did not get the message on my registered ${number}.`,
  'a form': (number) => `Name: Anna Smith\nPhone: ${number}\nCity: Rome`,
  'a form in German': (number) => `Telefonnummer: ${number}`,
  'a form in Russian': (number) => `Телефон: ${number}`,
  'a form in Chinese': (number) => `手机号：${number}`,
  'two lines of a form': (number) => `Mobile:\n${number}\n`,
  'a line of a table': (number) => `| Phone | ${number} |`,
  'JSON in camel case': (number) => `{"customer": {"mobilePhone": "${number}", "id": 3}}`,
  'JSON in snake case': (number) => `{"phone_number":"${number}","age":31}`,
  'JSON of a contact': (number) => `{"contact_no": "${number}"}`,
  'JSON of work': (number) => `{"phone_work": "${number}"}`,
  YAML: (number) => `telephone: ${number}\nname: Anna`,
  XML: (number) => `<workPhone>${number}</workPhone>`,
  'a query': (number) => `phone=${number}&x=1`,
  'a letter on a card': (number) => `Anna Smith\nT: ${number}\nM: 1`,
  'a place behind': (number) => `${number} (mobile)`,
  'a place behind a dash': (number) => `${number}-Office, see below`,
};

/** Where nothing does. */
const UNNAMED: Readonly<Record<string, (number: string) => string>> = {
  prose: (number) => `Please reach out to Anna, ${number}, before Friday.`,
  'a record of CSV': (number) => `name,contact,city\nAnna,${number},Rome`,
  'a quoted record of CSV': (number) => `"Anna","${number}","Rome"`,
  'a line of a table': (number) => `| Anna | ${number} | Rome |`,
  'a signature': (number) => `Anna Smith\nSales\n${number}`,
};

describe('no telephone', () => {
  it.each([
    ['a resolution', 'phone mockups of 390-844 (portrait)'],
    ['a date before a word for a place', '20260115-mobile, released 2026-01-15 (mobile)'],
    ['a branch', 'checkout 2026-01-15-home.docx, 1234567890-office.docx'],
    [
      'times of mobiles',
      '{"phone_updated": 1701388800000, "phone_id": 5551234567, "mobile_count": 12345678}',
    ],
    [
      'words that end like those for telephones',
      'hotel: 5551234567, excel=5551234567, headphone: 5551234567',
    ],
    ['years behind a number in parentheses', '(10) 2019-2020 and (3) 1999 2004'],
    ['modes and sizes of files', '0644 12345678 and 0755 1234567'],
    ['numbers padded with zeros', '0012345678905 and 0034567890124'],
    ['numbers in groups of three', 'in all 512 345 678 of 601 123 456'],
    ['an employer number', 'EIN 04-1234567'],
    ['columns of numbers', '1 612 34 56 78 and 3.5 131 2345 6789'],
    ['orders', 'order 0961-7596216, invoice no. 0154-3004005, part 532-123-45-67'],
    ['codes in capitals', 'SKU 800-ABCDEFG, 1-800-1234567A'],
    ['prices of phones', 'phone: 1 299 999 EUR'],
    ['times behind a letter', 'T: 2024-11-30 10:15:00\nT: 30.11.2024 10:15'],
    ['fractions', '{"ph": 7.4012345, "tel": 0.1234567, "mobile": 0.48291734}\nph: 6.9123456'],
    ['equal digits', '{"phone": "0000000000"}'],
  ])('%s: %s', (_, text) => {
    expect(found(text)).toEqual([]);
  });
});

describe.each(Object.entries(EXAMPLES))('%s', (country, [national, international]) => {
  it.each(Object.entries(NAMED))('%s', (_, write) => {
    for (const number of [national, international, national.replace(/\D/g, '')])
      expect([write(number), found(write(number)).length]).toEqual([write(number), 1]);
  });

  it.each(Object.entries(UNNAMED))('%s', (_, write) => {
    expect(found(write(international))).toEqual([international]);
    expect(found(write(national))).toEqual(ONLY_NAMED.has(country) ? [] : [national]);
  });
});

describe('a telephone', () => {
  it.each([
    ['at the office', '(69) 948-538-Office, 92 34 70-Office', ['(69) 948-538', '92 34 70']],
    ['of a country', 'My Israeli number is 09-7625400', ['09-7625400']],
    [
      'with the international prefix',
      'write to 0049 30 901820 or 00 44 7400 123456',
      ['0049 30 901820', '00 44 7400 123456'],
    ],
    ['in letters', 'dial 1-800-FLOWERS or 1 (866) GO-FEDEX', ['1-800-FLOWERS', '1 (866) GO-FEDEX']],
    ['with an extension', '"fax": "030 901820 ext. 12"', ['030 901820 ext. 12']],
    ['in a list of JSON', '"phones": ["0664 123456"]', ['0664 123456']],
    ['of groups like a day and an hour', 'Tlf: 23 11 78 12', ['23 11 78 12']],
    ['with dots', 'tel: 1.8005550123, fax: 030.901820', ['1.8005550123', '030.901820']],
    ['behind an order and a colon', 'Order 4711: 415-555-2671, Order: 415-555-2672', ['415-555-2671']],
    ['with its type', 'Phone (home): 5551234', ['5551234']],
  ])('%s: %s', (_, text, numbers) => {
    expect(found(text)).toEqual(numbers);
  });
});
