import { after, type EntityRule } from './rule.ts';

const MONTHS =
  '(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const DATE = `\\d{1,2}[./-]\\d{1,2}[./-](?:\\d{4}|\\d{2})|\\d{4}[./-]\\d{1,2}[./-]\\d{1,2}|${MONTHS}\\.? \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}|\\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTHS},? \\d{4}`;

/** Documents whose numbers have no recognisable form: a word before them is required. */
export const DOCUMENT_RULES: readonly EntityRule[] = [
  {
    entity: 'DATE_OF_BIRTH',
    source: after(
      'dob|d\\.o\\.b\\.?|date of birth|birth ?date|birthday|born(?: on| in)?|geburtsdatum|geboren(?: am)?|né[e]? le|date de naissance|fecha de nacimiento|nacid[oa]|data di nascita|data de nascimento',
      DATE,
    ).replace('é[e]? le', 'ée? le'),
    score: 0.85,
    group: 1,
  },
  {
    entity: 'PASSPORT',
    source: after(
      'passport|passeport|reisepass|passnummer|pasaporte|passaporto|passaporte|여권',
      '[A-Za-z]{1,3}\\d{6,9}|\\d{8,9}|[A-Za-z]\\d{3}[A-Za-z]\\d{4}|[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8}',
      30,
    ).replace('(?i:\\b', '(?i:'),
    score: 0.8,
    group: 1,
    validate: (match) => /\d{2}/.test(match),
  },
  {
    entity: 'DRIVER_LICENSE',
    source: after(
      "driv(?:er|ing|er'?s|ers)[ -]licen[sc]e|licen[sc]e (?:number|no\\.?|#)|führerschein|permis de conduire|patente|dl (?:number|no\\.?|#)",
      '[A-Za-z]{0,2}\\d{6,14}|[A-Z]{2}\\d{7}[A-Z]|[A-Z]{5}\\d{6}[A-Z0-9]{5}|\\d{2,4}-\\d{2}-\\d{4}',
      30,
    ),
    score: 0.75,
    group: 1,
  },
];
