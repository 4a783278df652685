import { LABELLED, LEFT_ALONE } from './rule.ts';

/**
 * Numbers that are written like those of telephones, and that words beside them or their groups tell apart. No source here has a group: what
 * it takes is no finding.
 */

/** Joined by their first letters, which rejects most places of a text with one comparison. */
function oneOf(words: string): string {
  const rests = new Map<string, string[]>();
  for (const word of words.split(' '))
    rests.set(word.slice(0, 1), [...(rests.get(word.slice(0, 1)) ?? []), word.slice(1)]);
  return [...rests].map(([first, rest]) => `${first}(?:${rest.join('|')})`).join('|');
}

/** Labels of numbers of orders, files, customers and the like, in the main languages. */
const LABELS =
  'orders? invoices? tracking serials? tickets? files? materials? articles? flight room qq sku ' +
  'bestellung auftrag rechnung lieferung sendung vorgang aktenzeichen az\\.? charge flug ' +
  'commande facture dossier colis contrat r[ée]f(?:[ée]rence)? ' +
  'pedido factura expediente referencia contrato encomenda fatura processo protocolo ' +
  'ordine fattura pratica riferimento contratto ' +
  'bestelling factuur referentie kvk btw zam[óo]wieni[ea] faktur[ay] sipari[şs]';
/** Of values that are measured, counted or computed, and of codes in hexadecimal digits. */
const MEASURED =
  'scores? values temperatures? sizes? coordinates? intervals? amounts? prices? sums? totals? bytes? offsets? hex mac sha\\d{0,3} md5 hash commit epoch';
/** Words that are a label with one for a number behind them. */
const JOINED =
  'bestell auftrags? kunden rechnungs artikel vertrags vorgangs liefer sendungs paket material serien mitglieds versicherungs personal matrikel konto referenz chargen bestel order klant factuur dossier zaak ordre kunde faktura'
    .split(' ')
    .map((word) => `${word}-?(?:nummer|nr|id)`)
    .join(' ');
const OWNERS = 'customer client member account contract employee cliente klient'
  .split(' ')
  .map((word) => `${word}[_\\s-]?(?:no|nr|numbers?|ids?)`)
  .join(' ');
const NUMBER_WORD =
  '(?:[ \\t_-]{0,2}(?:(?:no|nr|num)\\b\\.?|n[°º]|numbers?|nummer|n[úu]mero|numero|codes?|ids?|#))?';
/** Takes the first digits: no number begins in the rest of one. */
const NUMBERED =
  `(?i:\\b(?:${oneOf(`${LABELS} ${MEASURED} ${JOINED} ${OWNERS}`)})${NUMBER_WORD})["'\`]?\\.?(?: ?[:=#] ?| |,)?["'\`]?` +
  '\\(?\\d{1,4}\\)?[ ./-]?\\d\\d|' +
  '(?i:заказ|сч[её]т|дел[оа]|договор|订单|訂單|注文)[^\\n\\d]{0,8}\\d{1,4}';

/** What is counted, behind the number. */
const UNIT =
  '(?:(?i:eur|usd|gbp|chf|euros?|dollars?|pounds|bytes|rows|units|files|sessions|visits|visitors|views|hits|requests|users|customers|subscribers|devices|km|kwh?|st[üu]ck|stk|pcs|pieces|sold|verkauft)\\b|[€$£](?:$|\\D))';
const COUNTED = `${LEFT_ALONE}\\(?\\d[\\d ()./-]{4,20}\\d ?${UNIT}`;

/** A number behind a label of another. */
export const OTHER_NUMBER = `${LABELLED}|${NUMBERED}`;
/** That, or a number before a unit. */
export const OTHER_OR_COUNT = `${OTHER_NUMBER}|${COUNTED}`;

const END = '(?:$|[^\\w .,/-]|[.,/-](?:$|\\D)| (?:$|\\D))';
/** Seven digits, or eight that begin like no number of a subscriber. */
const COUNT = `(?:\\d{7}|1\\d{7})${END}`;
/** Keys that count, too: of traffic by device, of tables, of memory. */
const COUNTING = '(?:\\b|_)(?i:mobile|mob|mobil|cell|ph)';
/** Counts behind a key or a word that may be one of a telephone. */
export const COUNT_OF_KEY =
  `${COUNTING}["'\`]?[ \\t]{0,3}(?:[:=|]|=>)?[ \\t]{0,3}["'\`]?${COUNT}|` +
  `(?:\\b|_)(?i:mobile|mob|mobil|cell|tel)["'] ?: ?\\d{7,9}(?:$|[^\\w.])|` +
  `(?:^|[\\n|;,(/] ?|  )[TMF][.:] ?(?:${COUNT}|\\d{3,5}\\.\\d{1,3} \\d|\\d[\\d.]{4,14} ?(?:${UNIT}|(?:W|V|K|Pa|hPa|N|mm)\\b))|` +
  `(?i:\\b(?:phones?|mobile|cell|tel|fax)) ?\\|(?: ?\\d[\\d.,]{5,14} ?\\|){2}|` +
  `(?i:\\b(?:phones?|mobile|cell|mobil|telefon[eo]?|tel|fax))["'\`]? ?[:=|]? ?["'\`]?\\d[\\d.,]{4,14} ?${UNIT}`;
/** Numbers of what is done by telephone. */
export const OF_A_CALL =
  '(?i:\\b(?:call|sms|fax|phone|hotline|mobile|telefon|contact)[ _-]?(?:ids?|batch|job|tickets?|vertrag|contract)\\b|\\btel aviv\\b)' +
  '(?: ?(?i:no|nr|number|id)\\b\\.?)?["\'`]?[ \\t]{0,2}[:=#]?[ \\t]{0,2}["\'`]?#?\\d[\\d .-]{4,20}|' +
  '(?i:\\bcalls?) [1-9]\\d{3,8} (?i:failed|returned|timed|succeeded)\\b';

/** Groups of two digits, as of addresses of hardware and dumps of memory. */
const PAIRS = /^\d\d(?:[ -]\d\d){3,}$/;
/** The international prefix, a country whose numbers have eight digits, and they in pairs. */
const PAIRS_ABROAD = /^00[ -]4[57](?:[ -]\d\d){4}$/;
const ADDRESS = /^(?:[01]\d\d|2[0-4]\d|25[0-5])(?:\.(?:[01]\d\d|2[0-4]\d|25[0-5])){3}$/;
const YEARS = /^(?:(?:19|20)\d{2}[ ./-]{1,2}){1,4}(?:19|20)\d{2}$/;
const ROUND = /^\d{1,3}00(?: \d{1,3}00){2,}$/;

/** A sequence of years, of round numbers, or an Internet address whose groups are padded. */
export function isSequence(match: string): boolean {
  return YEARS.test(match) || ROUND.test(match) || ADDRESS.test(match);
}

/** Pairs of digits behind two zeros that are no number abroad, and groups of four behind them. */
export function isDump(match: string): boolean {
  return (PAIRS.test(match) && !PAIRS_ABROAD.test(match)) || /^00[ -]1\d{3}/.test(match);
}
