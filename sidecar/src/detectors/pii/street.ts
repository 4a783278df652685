/** Counted things, and numbered parts of books, products and lists: what follows such a word is no street. */
const COUNTED =
  /^\d{1,5}[A-Za-z]? (?:Stars?|Hours?|Minutes?|Seconds?|Days?|Weeks?|Months?|Years?|Miles?|Met(?:er|re)s?|Kilomet(?:er|re)s?|Feet|Foot|Inch(?:es)?|Volts?|Watts?|Bits?|Bytes?|(?:Kilo|Mega|Giga|Tera)bytes?|[KMGT]B|Cores?|Steps?|Points?|Times?|Ways?|Parts?|Pieces?|Persons?|People|Players?|Cups?|Tablespoons?|Teaspoons?|Tbsp|Tsp|Ounces?|Pounds?|Grams?|Bed(?:room)?s?|Doors?|Pages?|Items?|Tests?|Percent|Dollars?|Euros?|First|Second|Third|Fourth|Best|Great|Easy|Simple|Hard|Flash|Disk|Tape|Pen|AM|PM|Noon|Midnight|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Versions?|Sections?|Chapters?|Rooms?|Gate|Terminal|Platform)\b/;
/** `4 July Dr Smith`, `12 May St Mary`. */
const DATED =
  /^\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December) (?:St|Dr)\b/;
/** Words for streets that are common nouns too, behind an adjective or another noun that makes them such a thing. */
const THING =
  / (?:Hard|Flash|Disk|Disc|Tape|Pen|USB|Thumb|Test|First|Second|Third|Last|Best|Great|Easy|Hour|Minute|Day|Mile|Food|Inner) (?:Drive|Place|Way|Close|Court|Circle|Square|Trail|Crossing|Terrace)\b/;
/** Only with a capital, as `24 Main Way`; streets and roads are written in small letters too. */
const SMALL = / (?:way|place|pl|close|court|ct|circle|cir|square|sq|trail|drive|dr|crossing|terrace|st)\b/;

/** Whether a house's number, words and an English word for a street are a street, not `24 Hour Drive` or `2 Tests way`. */
export function isEnglishStreet(match: string): boolean {
  const line = match.split('\n', 1)[0] ?? '';
  return !COUNTED.test(line) && !DATED.test(line) && !THING.test(line) && !SMALL.test(line);
}

/** Compounds with the ending of a street, and ranks and ways with an article or a country before: `Parkplatz 12`, `Der Weg 2`, `Bayern Platz 1`. */
const COMPOUND =
  /(?:^|[ -])(?:(?:park|arbeits|sitz|steh|stell|speicher|start|steck|spiel|ausbildungs|studien|camping|zelt|lager|liege|lande|schau|tabellen|podest|podiums|warte|hin|rück|aus|lösungs|rechts|schul|ab|um|dienst|trans)(?:platz|weg)|brigade|renegade|blockade) \d/i;
const ARTICLE = /^(?:der|den|dem|das|die|dieser|dieses|jeder|ein|einen|kein|keinen|mein|unser|ihr|auf|im) /i;
const RANK = /^[^ ]*(?:[^enr ]|[^e]r|[^e]n) (?:platz|weg|plein|kade)[ ,]/i;

/** Whether words with a German, Dutch or Nordic ending of streets and a number are a street. */
export function isCompoundStreet(match: string): boolean {
  return !COMPOUND.test(match) && !ARTICLE.test(match) && !RANK.test(match);
}

/** `Place Order 66`, `via Email 24`, `Av. Speed 50`: English words, and such of trade and computing. */
const ENGLISH =
  /^(?:\d{1,5}[A-Za-z]? )?(?:Place (?!(?:de|du|des|la|le|d['’])\b)|place (?:an?|the|my|your) |via |Via (?:E-?mail|Phone|Post|Mail|Fax|Chat|Slack|Teams|Zoom|Twitter|Twilio|GitHub|Web|App|Internet|Telegram|Signal|Bluetooth|Route|Port|Step|Version)\b|Av\.? (?:Speed|Temperature|Time|Price|Score|Age|Cost|Height|Weight|Rate)\b|al\. (?:Nature|Science|Cell|Phys|Proc|Am|Int|J)\b)/;

/** Whether a French, Spanish, Italian, Portuguese or Polish word for a street leads to one. */
export function isRomanceStreet(match: string): boolean {
  return !ENGLISH.test(match);
}

const WAY_WORDS =
  /(?:^|[ -])(?:street|st|avenue|ave|av|road|rd|lane|ln|drive|dr|court|ct|boulevard|blvd|way|place|pl|terrace|square|sq|parkway|pkwy|highway|hwy|circle|cir|trail|close|crescent|crossing|rue|calle|avenida|plaza|paseo|viale|piazza|rua|travessa|ulica|p\.? ?o\.? box)\b|\b(?:c\/|ul\.|u\.|r\.|al\.)|\p{L}(?:straße|strasse|str\.|gasse|weg|platz|allee|straat|steenweg|laan|plein|kade|gatan|gata|vägen|gade|vej|vegen|veien|katu|tie|kuja|brücke|bakken|haugen)\b/iu;
/** House and street, with a second number: `66 Rebbåsbakken 48`, `27 29 Hornsey`; not a year. */
const TWO_NUMBERS =
  /^\d{1,5}[A-Za-z]?(?:,? \d{1,5}\b(?= \p{L})|(?: [^\n\d ,]+){1,6},? (?!(?:19|20)\d\d\b)\d{1,5}[A-Za-z]?$)/iu;
/** A town with its state and postal code: `Springfield, IL 62701`. */
const TOWN =
  /[ \n]\p{Lu}[\p{L}'’.-]+,?[ \n]{1,3}(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]) \d{5}(?:-\d{4})?$|[ \n]\p{Lu}[\p{L}'’.-]+,?[ \n]{1,3}(?:NSW|VIC|QLD|TAS|ACT|NT|SA|WA) \d{4}$/u;
/** A region and a postal code, as `SY\n 04828`. */
const REGION = /(?:^|[\n ,])[A-Z]{1,3}[ ,]*(?:\n[ \t?>|*,-]{0,12}| )(?:[^\d\n]{2,40} )?\d{4,5}$/;
const APARTMENT = /\b(?:apt\.|Apt|APT|apartment|Apartment|appt\.|Appt)/;

/** First line of a match, up to a flat. */
function streetOf(match: string): string {
  return (match.split(/\n|,? (?:apartment|apt|suite|ste|unit|appt|flat)\b/iu, 1)[0] ?? '').replace(
    /[ ,]+$/,
    '',
  );
}

/**
 * Whether words behind a number, before a flat, a suite or a unit, are a street: with a word for streets, a town with its postal code, a
 * second number before a suite, or an apartment, which little else has. `5 Star Hotel Suite 12` and `7 Steps, Unit 4` are none.
 */
export function isBeforeFlat(match: string): boolean {
  if (COUNTED.test(match)) return false;
  return (
    APARTMENT.test(match) ||
    WAY_WORDS.test(streetOf(match)) ||
    TOWN.test(match) ||
    (TWO_NUMBERS.test(streetOf(match)) && !/\bunit\b/i.test(match))
  );
}

/** Whether a line behind a number and a line with a code at its end are an address: a word for streets, or a second number, before a region. */
export function isBlock(match: string): boolean {
  if (COUNTED.test(match)) return false;
  if (TOWN.test(match)) return true;
  return REGION.test(match) && (WAY_WORDS.test(streetOf(match)) || TWO_NUMBERS.test(streetOf(match)));
}

/** What people live on and things are located in, with a number, besides streets. */
const NUMBERED =
  /^(?:Channel|Stage|Season|Series|Episode|Level|Windows|Android|Ubuntu|Debian|Twitch|Building|Floor|Room|Block|Sector|Zone|District|Planet|Route|Highway|Interstate|Page|Step|Section|Chapter|Version|Studio|Radio|Area|Port|Server|Node|Line|Platform|Terminal|Gate)\b|(?:^| )(?:19|20)\d\d$/;

/** Whether words with a number behind them, after `lives in` and the like, may be a street: not a year, a channel or a level. */
export function isNumberedStreet(match: string): boolean {
  return !NUMBERED.test(match);
}

/** Whether a house and words, behind a cue that leads to other places and things too, have a second sign: a word for streets or a further number. */
export function isLedTo(match: string): boolean {
  return (
    !COUNTED.test(match) &&
    (WAY_WORDS.test(match) || TOWN.test(match) || (match.match(/\d+/g)?.length ?? 0) > 1)
  );
}
