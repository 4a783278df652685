/** Entities that the PII detector looks for by default, by their names in policies. */
export const PII_ENTITIES = [
  'EMAIL',
  'PHONE',
  'CREDIT_CARD',
  'IBAN',
  'US_SSN',
  'IP_ADDRESS',
  'MAC_ADDRESS',
  'CRYPTO_WALLET',
  'DATE_OF_BIRTH',
  'PASSPORT',
  'DRIVER_LICENSE',
  'US_ITIN',
  'US_ROUTING',
  'US_MBI',
  'US_NPI',
  'UK_NHS',
  'UK_NINO',
  'CA_SIN',
  'AU_TFN',
  'AU_ABN',
  'AU_MEDICARE',
  'DE_TAX_ID',
  'FR_NIR',
  'ES_NIF',
  'ES_NIE',
  'IT_FISCAL_CODE',
  'NL_BSN',
  'PL_PESEL',
  'SE_PERSONNUMMER',
  'FI_HETU',
  'CH_AHV',
  'TR_KIMLIK',
  'BR_CPF',
  'ZA_ID',
  'IN_AADHAAR',
  'IN_PAN',
  'KR_RRN',
  'SG_NRIC',
  'TH_NATIONAL_ID',
] as const;

/** Entities that a policy must name: found by words and shapes, with more false alarms and misses than numbers with a check. */
const NAMED_ENTITIES = ['PERSON', 'ADDRESS'] as const;

export const ALL_PII_ENTITIES = [...PII_ENTITIES, ...NAMED_ENTITIES] as const;

export type PiiEntity = (typeof ALL_PII_ENTITIES)[number];

export const PII_DESCRIPTIONS: Readonly<Record<PiiEntity, string>> = {
  EMAIL: 'E-mail address',
  PHONE:
    'Phone number: international, North American and common national forms; bare digits only after a word or a key such as "phone" or `mobileNumber`, or before a place such as "(office)", and not before a currency or a unit; groups with nothing but spaces between only with a North American area code or in the groups of one country; not after words such as "order"',
  CREDIT_CARD:
    'Payment card number: issuer prefix, length and Luhn check; groups in lines, columns, with several spaces, commas or bars between, and pairs of eight digits, only after a word such as "card"; of an issuer that is not listed only after "credit card", "my card" and the like',
  IBAN: 'International bank account number: country length and MOD 97-10 check',
  US_SSN:
    'US Social Security number: never-issued areas excluded; bare digits only after a word such as "SSN"',
  IP_ADDRESS:
    'IPv4 or IPv6 address; not version numbers (`1.2.3.4` behind `name@` or `name==` where all parts have one or two digits), networks (`/24`), nor loopback, private, link-local, documentation and other special-purpose addresses',
  MAC_ADDRESS: 'Hardware address (EUI-48) with separators',
  CRYPTO_WALLET: 'Bitcoin address: Base58Check or Bech32 check',
  DATE_OF_BIRTH: 'A date after words such as "born" or "date of birth"',
  PASSPORT: 'Passport number after the word "passport" in several languages',
  DRIVER_LICENSE:
    'Driving licence number after words such as "driver license"; after "dl" in small letters only with a colon, a hash, or "number"',
  US_ITIN: 'US individual taxpayer identification number',
  US_ROUTING: 'US bank routing number: ABA check, after a word such as "routing"',
  US_MBI: 'US Medicare beneficiary identifier',
  US_NPI: 'US national provider identifier: Luhn check, after a word such as "NPI"',
  UK_NHS: 'UK NHS number: MOD 11 check; bare digits only after a word such as "NHS"',
  UK_NINO: 'UK national insurance number: written in pairs, or beside a word such as "NINO"',
  CA_SIN: 'Canadian social insurance number: Luhn check',
  AU_TFN: 'Australian tax file number: weighted MOD 11 check, after a word such as "TFN"',
  AU_ABN: 'Australian business number: MOD 89 check, after a word such as "ABN"',
  AU_MEDICARE: 'Australian Medicare number: weighted check, after the word "Medicare"',
  DE_TAX_ID: 'German tax identification number: MOD 11,10 check, after a word such as "Steuer-ID"',
  FR_NIR: 'French social security number: MOD 97 check',
  ES_NIF: 'Spanish tax number of citizens: check letter',
  ES_NIE: 'Spanish tax number of foreigners: check letter',
  IT_FISCAL_CODE: 'Italian fiscal code: check letter',
  NL_BSN: 'Dutch citizen service number: eleven test, after a word such as "BSN"',
  PL_PESEL: 'Polish PESEL number: weighted check and date, after a word such as "PESEL"',
  SE_PERSONNUMMER: 'Swedish personal number: date and Luhn check',
  FI_HETU: 'Finnish personal identity code: date and check character',
  CH_AHV: 'Swiss social insurance number: EAN-13 check',
  TR_KIMLIK: 'Turkish identity number: check digits, after a word such as "kimlik"',
  BR_CPF: 'Brazilian CPF number: check digits; bare digits only after the word "CPF"',
  ZA_ID: 'South African identity number: date and Luhn check',
  IN_AADHAAR: 'Indian Aadhaar number: Verhoeff check; bare digits only after the word "Aadhaar"',
  IN_PAN: 'Indian permanent account number: beside a word such as "PAN"',
  KR_RRN: 'Korean resident registration number: date, with its hyphen or after a word such as "RRN"',
  SG_NRIC: 'Singaporean identity card number: check letter',
  PERSON:
    'Name of a person, only where `entities` names it: behind keys of JSON and forms, beside words such as "my name is", "Dr." or "Dear", or by common first names of English; in Latin script with capitals',
  ADDRESS:
    'Postal address, only where `entities` names it: behind keys of JSON and forms, by words for streets of some European languages, before an apartment, before a suite or a postal code with a further sign such as a second number or a state, or after words such as "lives at"',
  TH_NATIONAL_ID: 'Thai identity number: MOD 11 check, with hyphens or after words such as "Thai ID"',
};
