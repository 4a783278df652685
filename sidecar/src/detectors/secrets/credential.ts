import { entropy, isPlaceholder, isReference } from './plausible.ts';
import type { SecretRule } from './rule.ts';

const SCHEMES =
  'postgres(?:ql)?|mysql|mariadb|mongodb(?:\\+srv)?|rediss?|amqps?|mssql|sqlserver|oracle|clickhouse|nats|kafka|ldaps?|smtps?|imaps?|sftp|ftps?|ssh|jdbc:[a-z]{2,16}|https?|git';

/** Names of settings with secret values. */
const NAMES =
  '(?:pass(?:word|wd|phrase)?|pwd|secret|credentials?|token|[_.-]key|(?:api|access|auth|client|private|secret|signing|master|account)key)';

const WEAK =
  /^(?:pass(?:word|wd)?|secret|changeme|admin|root|user(?:name)?|test(?:ing|er)?|guest|postgres|none|null|true|false|undefined|string|token|foo|bar|baz|qwerty|hunter2?|demo|default)\d{0,4}$/i;

/** A password in a URL: short ones are real too, so only obvious placeholders are excluded. */
function isPassword(text: string): boolean {
  return (
    text.length >= 3 && !isPlaceholder(text) && !WEAK.test(text) && !/^[<$%{[*]|^(?:x+|y+|z+)$/i.test(text)
  );
}

/** The value of a setting with a secret's name: must look random, not written. */
function isAssignedSecret(text: string): boolean {
  if (isPlaceholder(text) || isReference(text) || WEAK.test(text)) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(text)).length;
  return (
    kinds >= 2 &&
    /\d/.test(text) &&
    entropy(text) >= 3.3 &&
    !/^(?:[a-z]+[-_.]?){1,6}\d{0,3}$/i.test(text) &&
    !/^(?:\/|https?:|[a-z]+:\/\/)|^[\w./-]+\.(?:p12|pfx|pem|jks|crt|cer)$/i.test(text)
  );
}

function isTypedPassword(text: string): boolean {
  return (
    text.length >= 6 &&
    !isPlaceholder(text) &&
    !isReference(text) &&
    !WEAK.test(text) &&
    /\d|[^\w]/.test(text) &&
    entropy(text) >= 2.5 &&
    !/[(){}<>;\\]|^\$|^[\w.]+\.[a-z]\w+$/.test(text)
  );
}

/** Secrets recognised by their context. */
export const CREDENTIAL_SECRETS: readonly SecretRule[] = [
  {
    name: 'connection-string',
    description: 'URL with a user and a password',
    source: `(?i:\\b(?:${SCHEMES})://)[^\\s:@/"'<>\`]{0,64}:([^\\s@/"'<>\`]{3,128})@[A-Za-z0-9_\\[.-]`,
    group: 1,
    validate: isPassword,
  },
  {
    name: 'authorization-header',
    description: 'Authorization header with a bearer token or basic credentials',
    source:
      '(?i:\\bauthorization["\'`]?[ \\t]{0,4}[:=][ \\t]{0,4}["\'`]?(?:[a-z][a-z-]{1,20}[ \\t]{1,4})?)([A-Za-z0-9+/=_.~-]{12,500})',
    group: 1,
    entropy: 3,
  },
  {
    name: 'curl-user',
    description: 'curl with a user and a password',
    source:
      '\\bcurl\\b[^\\n]{0,160}?(?:\\\\\\n[^\\n]{0,80}?){0,2}[ \\t](?:-u|--user)[ =]{0,2}["\']?[^\\s:"\']{1,64}["\']?:["\']?([^\\s"\']{3,64})',
    group: 1,
    validate: isPassword,
  },
  {
    name: 'assigned-password',
    description: 'Password given to a setting or said in a sentence',
    source: `(?i:password|passwd|passphrase|pwd)["'\`]?(?:[ \\t]{0,4}(?::=|=>|==?|:)[ \\t]{0,4}| is )["'\`]?([^\\s"'\`,;<>]{6,128})`,
    group: 1,
    score: 0.8,
    validate: isTypedPassword,
  },
  {
    name: 'assigned-secret',
    description: 'Random value given to a setting with a secret-like name',
    source: `(?i:${NAMES})[\\w.-]{0,20}["'\`\\]]{0,2}[ \\t]{0,4}(?::=|=>|\\|\\|:|<=>|=|:|,)[ \\t]{0,4}["'\`]{0,2}([A-Za-z0-9_/+=.~@!#$%^*-]{10,150})(?:["'\`\\s,;)\\]}<\\\\]|$)`,
    group: 1,
    score: 0.7,
    validate: isAssignedSecret,
  },
  {
    name: 'quoted-secret',
    description:
      'Random value with punctuation, in quotation marks, given to a setting with a secret-like name',
    source: `(?i:${NAMES})[\\w.-]{0,20}["'\`\\]]{0,2}[ \\t]{0,4}(?::=|=>|=|:)[ \\t]{0,4}["'\`]([^\\s"'\`]{10,150})["'\`]`,
    group: 1,
    score: 0.6,
    validate: isAssignedSecret,
  },
];
