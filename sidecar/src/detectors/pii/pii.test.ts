import { PII_ENTITIES, createPiiDetector, piiRule } from './index.ts';

const detector = createPiiDetector();

function found(text: string): readonly string[] {
  return detector.scan(text).map(({ rule, start, end }) => `${rule} ${text.slice(start, end)}`);
}

/** What looks like personal data and is none. */
const LOOKALIKES: readonly (readonly [string, string])[] = [
  ['a card number with a wrong digit', '4111 1111 1111 1112'],
  ['a number of no issuer', '9111 1111 1111 1111'],
  ['an IBAN with a wrong digit', 'DE88 3704 0044 0532 0130 00'],
  ['an IBAN of another length', 'DE89 3704 0044 0532 0130'],
  ['a social security number of an area that was never issued', '666-12-3456'],
  ['a bare number', 'order 536904399'],
  ['a version', 'version 10.1.2.3'],
  ['a version with a prefix', 'v1.2.3.4'],
  ['a longer dotted number', '1.2.3.4.5'],
  ['loopback', '127.0.0.1 and ::1'],
  ...([
    ['a private network', '10.1.2.3, 172.16.0.9, 192.168.1.1 and fd12:3456::1'],
    ['link-local addresses', '169.254.169.254 and fe80::1%eth0'],
    ['addresses of documentation', '192.0.2.10, 198.51.100.7, 203.0.113.9 and 2001:db8::1'],
    ['networks', '8.8.8.0/24 and 2606:4700::/32'],
    ['a section', 'section 3.2.1.4 of the manual'],
    ['versions of products', 'nginx/1.25.3.4, openssl 1.1.1.1, Safari 17.2.1.1 and Windows 10.1.2.3'],
    ['versions that are demanded', '>=4.2.1.0, ~>4.2.1.0, ^4.2.1.0 and requires 4.2.1.0'],
    ['an object identifier', 'OID 1.3.6.1 and 1.3.6.1'],
    ['groups of digits of no area', '643 425 3259 and 328 763 4757'],
    ['groups of digits with more of them', '212 555 6871 44, 192.168.1111.1111'],
    ['a number of an order', 'order 415 555 0132 and lot 555-123-4567'],
    ['a date of a call', 'call on 12-05-2024 or 2024.05.12'],
    ['a card number with joints in a longer one', '10.4111.1111.1111.1111 and 4111/1111/1111/1111/2'],
    ['a wrong card number with joints', '4111.1111.1111.1112'],
    ['values of a table', '5315\t6983\t5355\t9487\n5315  6983  5355  9487'],
    ['a column', '5315\n6983\n5355\n9487'],
    ['a part of a hardware address', '4111.1488.0343.6467'],
    ['renewals of passports', 'passport renewals: 12345678, passport in 2019, passport@0.7.0'],
    ['a licence of a program', 'software license number 12345678, MIT License 20240101'],
    ['a date of a licence', 'driver licence expires 12-05-2028'],
    ['a count of files', 'dl 12345678 files'],
    ['a time', 'contact us by 2026-12-01 10:00, call on 01.12.2026 10:00'],
    ['a call of a function', 'call foo(1234567), call(1234567) and calling a.b_c(7654321)'],
    [
      'prices of phones',
      'phone costs 1 299 999 EUR, the phone: 1 299 999 € or a cell for 12 345 678 dollars',
    ],
    ['counts of users', 'mobile users 12 345 678, mobile users: 12 345 678 and calls: 12 345 678 times'],
    ['numbers that are drawn', 'Lotto 01 12 23 34 45, lottery numbers: 01 12 23 34 45'],
    ['colours', 'RGB 012 034 056, rgb(012 034 056)'],
    ['versions of packages', 'foo==3.2.1.0 foo@3.2.1.0, foo===3.2.1.0, @scope/foo@13.2.1.10 "foo@8.8.8.8"'],
    ['wrong cards behind their word', 'card 4111,1111,1111,1112 or 41111111 11111112'],
    ['groups of eight digits', '41111111 11111111'],
    ['numbers of other cards', 'the card 3590730093437731, my card 8944500102198304826 of the telephone'],
    ['a part number like an insurance number', 'AB 12 34 56 C'],
    ['a batch that begins like a telephone number', 'batch 078-05-1120-7'],
    ['a serial number with the check and the beginning of a card', '490154203237518'],
  ] as const),
  ['a time', '12:34:56'],
  ['a scope', 'std::abc::def'],
  ['a file', 'icon@2x.png'],
  ['a remote', 'git@github.com:org/repo'],
  ['a package', 'left-pad@1.3.0'],
  ['a UUID', '123e4567-e89b-12d3-a456-426614174000'],
  ['a hash', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['a timestamp', '1731525754189 2024-11-15T09:00:00.123Z'],
  ['a fraction', '0.4111111111111111'],
  ['an address with a wrong check', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb'],
  ['a fiscal code with a wrong letter', 'RSSMRA85T10A562T'],
  ['a BSN with a wrong digit', 'BSN 111222334'],
];

const CARD = '4111 1111 1111 1111';

/** One or more examples of each entity, made up or published for tests. */
const EXAMPLES: Readonly<Record<(typeof PII_ENTITIES)[number], readonly (readonly [string, string])[]>> = {
  EMAIL: [['write to jo.doe+x@mail.example.org.', 'jo.doe+x@mail.example.org']],
  PHONE: [
    ['+49 30 901820', '+49 30 901820'],
    ['(415) 555-0132 x12', '(415) 555-0132 x12'],
    ['call me at 555 0132', '555 0132'],
    ['phone:\n  434 14 557', '434 14 557'],
    ['1 415 555 0132', '1 415 555 0132'],
    ['778 555 0132', '778 555 0132'],
    ['629 555 0132', '629 555 0132'],
    ['Tel: 089/1234567', '089/1234567'],
    ['Móvil: 612 345 678', '612 345 678'],
    ['call 030-901820', '030-901820'],
    ['mobile 0171/1234567', '0171/1234567'],
    ['call me: 0049 30 901820', '0049 30 901820'],
    ['call (030) 901820', '(030) 901820'],
    ['call us at 01 12 23 34 45', '01 12 23 34 45'],
    ['(11) 91234-5678', '(11) 91234-5678'],
    ['8 (495) 123-45-67', '8 (495) 123-45-67'],
    ['098765 43210', '098765 43210'],
  ],
  CREDIT_CARD: [
    ['card=4111111111111111', '4111111111111111'],
    ['3782-822463-10005', '3782-822463-10005'],
    ['12 5555 5555 5555 4444 5', '5555 5555 5555 4444'],
    ['4111 1111 1111 1111 123', '4111 1111 1111 1111'],
    ...['.', '/', '_', '·', ' - '].map((joint) => {
      const number = CARD.replaceAll(' ', joint);
      return [`paid by ${number}.`, number] as const;
    }),
    ...['\t', '\n', '\r\n', '  '].map((joint) => {
      const number = CARD.replaceAll(' ', joint);
      return [`my card is ${number}, yes`, number] as const;
    }),
    ...[',', ', ', '|', ' | '].map((joint) => {
      const number = CARD.replaceAll(' ', joint);
      return [`card: ${number}, yes`, number] as const;
    }),
    ['card number 41111111 11111111', '41111111 11111111'],
    ['Visa 41111111-11111111', '41111111-11111111'],
    ['Amex: 3782\t822463\t10005', '3782\t822463\t10005'],
    ['my credit card 3590730093437731 is lost', '3590730093437731'],
    ['for cc 3509413199654323', '3509413199654323'],
  ],
  IBAN: [
    ['DE89 3704 0044 0532 0130 00 ABC', 'DE89 3704 0044 0532 0130 00'],
    ['GB82WEST12345698765432', 'GB82WEST12345698765432'],
  ],
  US_SSN: [
    ['536-90-4399', '536-90-4399'],
    ['ssn: 536904399', '536904399'],
  ],
  IP_ADDRESS: [
    ['from 91.198.174.192:8080', '91.198.174.192'],
    ['ssh root@91.198.174.192', '91.198.174.192'],
    ['anna@91.198.174.192', '91.198.174.192'],
    ['scp a.txt bob@91.98.17.19:/tmp', '91.98.17.19'],
    ['ip.addr==91.198.174.192', '91.198.174.192'],
    ['2620:0:862:ed1a::1.', '2620:0:862:ed1a::1'],
  ],
  MAC_ADDRESS: [['00:1A:2B:3C:4D:5E', '00:1A:2B:3C:4D:5E']],
  CRYPTO_WALLET: [
    ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'],
    ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
  ],
  DATE_OF_BIRTH: [['born on 4 May 1980 in', '4 May 1980']],
  PASSPORT: [
    ['passport no. C01X00T47', 'C01X00T47'],
    ['"passport_number": "533380006"', '533380006'],
    ['passportNumber: GB 533380006', '533380006'],
    ['passeport 12AB34567', '12AB34567'],
    ['паспорт 4510 123456', '4510 123456'],
    ['旅券番号 TK1234567', 'TK1234567'],
  ],
  DRIVER_LICENSE: [
    ['driver license F1628235', 'F1628235'],
    ['"driver_license_number": "F1628235"', 'F1628235'],
    ['DL# D1234567', 'D1234567'],
    ['DL 12345678', '12345678'],
    ['dl: 12345678', '12345678'],
    ['dl no. 12345678', '12345678'],
    ['dl number 12345678', '12345678'],
    ['"dl": "12345678"', '12345678'],
    ['"dl_number": "12345678"', '12345678'],
    ["driver's license S123-4567-8901-23", 'S123-4567-8901-23'],
    ['Führerschein B072RRE2I55', 'B072RRE2I55'],
    ['rijbewijs 1234567890', '1234567890'],
  ],
  US_ITIN: [['911-70-1234', '911-70-1234']],
  US_ROUTING: [['routing number 021000021', '021000021']],
  US_MBI: [['1EG4-TE5-MK73', '1EG4-TE5-MK73']],
  US_NPI: [['NPI 1234567893', '1234567893']],
  UK_NHS: [['NHS number 943 476 5919', '943 476 5919']],
  UK_NINO: [
    ['NI number: AB 12 34 56 C', 'AB 12 34 56 C'],
    ['AB 12 34 56 C (his national insurance)', 'AB 12 34 56 C'],
    ['NINO AB123456C', 'AB123456C'],
    ['AB123456C (her NI number)', 'AB123456C'],
  ],
  CA_SIN: [['SIN 130 692 544', '130 692 544']],
  AU_TFN: [['TFN 876 543 210', '876 543 210']],
  AU_ABN: [['ABN 51 824 753 556', '51 824 753 556']],
  AU_MEDICARE: [['Medicare 2123 45670 1', '2123 45670 1']],
  DE_TAX_ID: [['Steuer-ID 86095742719', '86095742719']],
  FR_NIR: [['2 55 08 14 168 025 38', '2 55 08 14 168 025 38']],
  ES_NIF: [['12345678Z', '12345678Z']],
  ES_NIE: [['X9613851N', 'X9613851N']],
  IT_FISCAL_CODE: [['RSSMRA85T10A562S', 'RSSMRA85T10A562S']],
  NL_BSN: [['BSN 111222333', '111222333']],
  PL_PESEL: [['PESEL 44051401458', '44051401458']],
  SE_PERSONNUMMER: [['19910924-2397', '19910924-2397']],
  FI_HETU: [['131052-308T', '131052-308T']],
  CH_AHV: [['756.9217.0769.85', '756.9217.0769.85']],
  TR_KIMLIK: [['kimlik 10000000146', '10000000146']],
  BR_CPF: [['529.982.247-25', '529.982.247-25']],
  ZA_ID: [['8001015009087', '8001015009087']],
  IN_AADHAAR: [['3998 7654 3211', '3998 7654 3211']],
  IN_PAN: [
    ['PAN ABBPM4567S', 'ABBPM4567S'],
    ['ABBPM4567S is my PAN', 'ABBPM4567S'],
  ],
  KR_RRN: [['960121-1234567', '960121-1234567']],
  SG_NRIC: [['S2740116C', 'S2740116C']],
  TH_NATIONAL_ID: [['1-2345-67890-12-1', '1-2345-67890-12-1']],
};

it.each([
  'Spare part JG103759A fits the 2019 pump',
  'SKU QQPPC9041K, 12 in stock',
  '"sku": "S2740116C"',
  'model no. S2740116C',
  'Invoice 3998-7654-3211 is due',
  'see file 2024-0012-3456',
  'item 756.9217.0769.85',
  'serial number: 960121-1234567',
  'order #12345678Z',
  '[assembly: AssemblyVersion("4.2.1.0")]',
  'firmware 10.2.0.4',
  'upgraded from 4.2.1.0 to 4.2.2.0',
])('takes product numbers for no personal data: %s', (text) => {
  expect(found(text)).toEqual([]);
});

it.each(LOOKALIKES)('passes %s', (_, text) => {
  expect(found(text)).toEqual([]);
});

it.each(
  PII_ENTITIES.flatMap((entity) => EXAMPLES[entity].map(([text, value]) => [entity, text, value] as const)),
)('finds %s in %s', (entity, text, value) => {
  expect(found(text)).toEqual([`${piiRule(entity)} ${value}`]);
});

it('finds the requested entities only', () => {
  const emails = createPiiDetector(['EMAIL']);
  expect(emails.scan('a@example.org 4111111111111111').map(({ rule }) => rule)).toEqual(['pii.email']);
  expect(createPiiDetector([]).scan('a@example.org')).toEqual([]);
  expect(createPiiDetector([]).hold('a@example.org')).toBe(13);
});

it('counts offsets in UTF-16 code units', () => {
  const text = '😀é jo@example.org 😀 4111111111111111';
  expect(found(text)).toEqual(['pii.email jo@example.org', 'pii.credit-card 4111111111111111']);
});
