import { after, type EntityRule } from './rule.ts';

const MONTHS =
  '(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const DATE = `\\d{1,2}[./-]\\d{1,2}[./-](?:\\d{4}|\\d{2})|\\d{4}[./-]\\d{1,2}[./-]\\d{1,2}|${MONTHS}\\.? \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}|\\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTHS},? \\d{4}`;

/** Words of several languages, as keys of JSON too. */
const PASSPORT =
  '(?:(?i:\\b(?:passport|passeport|reisepass|pasaporte|passaporto|passaporte)(?:[ _-]?(?:number|no|num|nr|id))?\\b|\\bpassnummer\\b|паспорт[а-я]{0,2})|여권|旅券|護照|护照)';
const JOINT = '["\'():#=. -]{0,6}';
/** What has a licence besides drivers. */
const NOT_DRIVERS =
  'software|product|site|volume|enterprise|business|medical|nursing|contractor|liquor|broadcast|export|import|pilot|real estate|open[ -]source|mit|apache';

const LICENCE =
  '[A-Za-z]{0,2}\\d{6,14}|[A-Z]{2}\\d{7}[A-Z]|[A-Z]{5}\\d{6}[A-Z0-9]{5}|\\d{2,4}-\\d{2}-\\d{4}|[A-Z]\\d{3}-\\d{4}-\\d{4}(?:-\\d{2})?|[A-Z]\\d{3}-\\d{3}-\\d{2}-\\d{3}-\\d|[A-Z]\\d{2}[0-9A-Z]{7}\\d|U1[0-9A-Z]{7}[A-Z]';
/** `dl` in small letters is many things, downloads too: with a sign behind it, or as a key. */
const DL = `(?:\\bDL\\b[^\\n]{0,30}?|\\b(?i:dl)["']? ?[:#][ "']{0,3}(?:[A-Z]{2} )?)\\b(${LICENCE})\\b`;

function isLicence(match: string): boolean {
  return (match.match(/\d/g)?.length ?? 0) >= 4 && !/^\d{2}-\d{2}-(?:19|20)\d{2}$/.test(match);
}

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
    source: `${PASSPORT}[^\\n]{0,30}?\\b([A-Za-z]{1,3}\\d{6,9}|\\d{2}[A-Za-z]{2}\\d{5}|[A-Za-z]\\d{3}[A-Za-z]\\d{4}|[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8})\\b`,
    score: 0.8,
    group: 1,
    validate: (match) => /\d{2}/.test(match),
  },
  // Digits alone are many things: with nothing but words for numbers between.
  {
    entity: 'PASSPORT',
    source: `${PASSPORT}${JOINT}(?:(?i:is|was|num(?:ber|éro|ero|mer)?|no|nr|id|card|book|серия|номер|番号|号码|號碼|[A-Z]{2,3})${JOINT.replace('{0,', '{1,')}){0,3}(\\d{8,9}|\\d{2} ?\\d{2} ?(?:номер |№ ?)?\\d{6})\\b`,
    score: 0.8,
    group: 1,
  },
  {
    entity: 'DRIVER_LICENSE',
    source:
      `(?i:\\b(?:${NOT_DRIVERS})[ -]licen[sc]es?\\b)[^\\n]{0,40}|` +
      after(
        "driv(?:er|ing|er'?s|ers)[ _-]?licen[sc]e(?:[_-]?(?:number|no|id))?|licen[sc]e[ _]?(?:number|no\\.?|#)|führerschein(?:nummer)?|permis de conduire|patente(?: di guida)?|dl[ _]?(?:number|no\\.?)|dln|" +
          '(?:licencia|permiso|carnet) de conducir|carta de condução|cnh|rijbewijs(?:nummer)?|kørekort|körkort|ajokortti|prawo jazdy',
        LICENCE,
        30,
      ),
    score: 0.75,
    group: 1,
    validate: isLicence,
  },
  { entity: 'DRIVER_LICENSE', source: DL, score: 0.75, group: 1, validate: isLicence },
];
