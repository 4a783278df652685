import { isIPv6 } from 'node:net';
import { digitsOf, uniform } from './checksum.ts';
import { LEFT_ALONE, LEFT_OPEN, after, type EntityRule } from './rule.ts';

/** Endings of file names that look like the domain of an address: `icon@2x.png`, `pkg@1.0.0.tgz`. */
const FILE_ENDINGS =
  /\.(?:png|jpe?g|gif|svg|webp|ico|tgz|gz|zip|tar|js|mjs|cjs|ts|tsx|json|ya?ml|css|html?|md|txt|lock|jar|whl)$/i;

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;
const VERSIONS =
  '(?i:versions?|releases?|ver\\.?|builds?|rev|revision|tag|firmware|driver|kernel|sdk|upgraded? (?:from|to)|updated? (?:from|to)|chrome/|firefox/|safari/|edg/)["\'`\\])]{0,2}[ :=v/(,]{0,4}["\'`]?';
const PHONE_WORDS =
  'phones?|tel|tel\\.|telephone|telefon[eo]?|teléfono|mobile|cell|cellphone|fax|call|calling|dial|whatsapp|sms|text me|reach (?:me|us|him|her|them)|contact (?:me|us|number)|hotline|answering at|messages to|handy|celular|numéro|my number';

function isPhone(match: string): boolean {
  const digits = match.replace(/(?:x|ext).*$/i, '').replace(/\D/g, '');
  return digits.length >= 7 && digits.length <= 15 && !uniform(digits);
}

/** Groups of digits beyond the maximum length of a phone number (ITU-T E.164: 15 digits) belong to the following text. */
function phoneLength(match: string): number {
  let kept = match.replace(/ ?(?:x|ext).*$/i, '');
  if (kept.replace(/\D/g, '').length <= 15) return match.length;
  while (kept.replace(/\D/g, '').length > 15) {
    const shorter = kept.replace(/[ .-]+\d+$/, '');
    if (shorter === kept) return 0;
    kept = shorter;
  }
  return kept.length;
}

function isEmail(match: string): boolean {
  const at = match.lastIndexOf('@');
  return (
    !FILE_ENDINGS.test(match) &&
    !match.startsWith('git@') &&
    !match.includes('..') &&
    /[A-Za-z]/.test(match.slice(at, match.lastIndexOf('.')))
  );
}

/** Loopback (`::1` too, below) and unspecified IPv4 addresses identify no person. */
function namesHost(match: string): boolean {
  return !match.startsWith('127.') && !match.startsWith('0.');
}

function isAddress6(match: string): boolean {
  const address = match.replace(/\/\d+$/, '').replace(/%.*$/, '');
  return /\d/.test(address) && address !== '::1' && isIPv6(address);
}

function isHardware(match: string): boolean {
  return !uniform(match.replace(/[^0-9A-Fa-f]/g, ''));
}

export const CONTACT_RULES: readonly EntityRule[] = [
  {
    entity: 'EMAIL',
    source:
      "[\\w\\x{C0}-\\x{24F}][\\w%+.'\\x{C0}-\\x{24F}-]{0,63}@(?:[A-Za-z0-9\\x{C0}-\\x{24F}-]{1,63}\\.){1,6}[A-Za-z]{2,24}\\b",
    score: 0.95,
    validate: isEmail,
  },
  {
    entity: 'PHONE',
    source: `${LEFT_OPEN}(\\+[1-9]\\d{0,2}[ .-]{0,2}(?:\\(\\d{1,4}\\)[ .-]{0,2})?\\d{1,5}(?:[ .-]?\\d{2,5}){1,5}(?: ?(?:x|ext\\.? ?)\\d{1,6})?)\\b`,
    score: 0.85,
    group: 1,
    keep: phoneLength,
    validate: isPhone,
  },
  {
    entity: 'PHONE',
    source: `${LEFT_ALONE}((?:(?:001|1)[ .-])?(?:\\(\\d{3}\\)[ .-]?|\\d{3}[ .-])\\d{3}[ .-]\\d{4}(?: ?(?:x|ext\\.? ?)\\d{1,6})?)\\b`,
    score: 0.8,
    group: 1,
    keep: phoneLength,
    validate: isPhone,
  },
  {
    entity: 'PHONE',
    source: `${LEFT_ALONE}(\\(?0[1-9]\\d{0,3}\\)?(?:[ .-]\\d{2,4}){2,4}|07\\d{3} ?\\d{6}|0[59]\\d{9}|0[1-9](?:[ .]\\d{2}){4})\\b`,
    score: 0.7,
    group: 1,
    validate: (match) =>
      isPhone(match) && digitsOf(match).length >= 9 && !/^\d{2}[.-]\d{2}[.-]\d{4}/.test(match),
  },
  {
    entity: 'PHONE',
    source: after(
      PHONE_WORDS,
      '\\(?\\d{1,5}\\)?(?:[ .-]?\\d{2,5}){1,5}(?: ?(?:x|ext\\.? ?)\\d{1,6})?',
      20,
    ).replace('[^\\n]{0,20}?\\b(', '(?:[^\\n]{0,20}?|[: ]{0,3}\\n[ \\t]{0,4})('),
    score: 0.7,
    group: 1,
    keep: phoneLength,
    validate: isPhone,
  },
  {
    entity: 'IP_ADDRESS',
    source: `${VERSIONS}${IPV4}(?:[ ,]{0,2}(?:to|and|or|->|-)? ?v?${IPV4}){0,2}|(?:^|[^\\w.-])(${IPV4})(?:$|\\.?(?:$|[^\\w.-])|[-:]\\d)`,
    score: 0.8,
    group: 1,
    validate: namesHost,
  },
  {
    entity: 'IP_ADDRESS',
    source: `(?:^|[^\\w:.])((?:[0-9A-Fa-f]{0,4}:){2,8}(?:[0-9A-Fa-f]{1,4}|${IPV4})?(?:%[0-9A-Za-z]{1,16})?(?:/\\d{1,3})?)(?:$|[^\\w:.]|\\.(?:$|[^\\w]))`,
    score: 0.8,
    group: 1,
    validate: isAddress6,
  },
  {
    entity: 'MAC_ADDRESS',
    source:
      '(?:^|[^\\w:-])([0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})|[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4})(?:$|[^\\w:.-]|[.:](?:$|[^\\w]))',
    score: 0.9,
    group: 1,
    validate: isHardware,
  },
];
