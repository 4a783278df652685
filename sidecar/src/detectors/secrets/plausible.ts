/** Shannon entropy in bits per character. 0 for the empty text. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / text.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}

/** Words used as placeholders for secrets. */
const PLACEHOLDER =
  /example|sample|placeholder|your[-_ ]?(?:api|own|secret|token|key|password|access)|changeme|change[-_]me|replace[-_]?me|dummy|fake|redacted|insert|xxxxx|\*{4}|\.{4}|\.{3}$|(?:token|key|secret|password)here$|<[^>]{0,40}>|\$\{|\{\{|%\(|\$\(|abcdefghij|0123456789|1234567890|deadbeef/i;
const RUN = /(.)\1{7}/;

/** Names of objects from which programs read settings. */
const HOLDERS =
  /^(?:process|os|env|environ|environment|import|sys|system|deno|bun|config|configuration|conf|cfg|settings?|secrets?|vault|vars?|local|data|self|this|ctx|context|app|application|values|credentials?|creds|params?|args|options?|opts|props|req|request|body|form|input|module|each|user|account|db|database|constants?|keyring|getpass|std|node|flask|django|spring|github|gitlab|aws|azure|google|gcp|kubernetes|k8s|docker|terraform|helm|parameters|variables|inputs|outputs|steps|event|state|session|client|server|props|key|keys|token|tokens|password|passwords)$/i;
const IDENTIFIER_PATH = /^[$@&!*]?([A-Za-z_]\w*)(?:(?:\?\.|\.|::|->|:)[A-Za-z_$][\w$-]*)+[[({]?/;
/** The name of a variable or a setting in capitals. */
const CONSTANT = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
/** Calls, subscripts and substitutions. */
const EXPRESSION =
  /^[A-Za-z_$][\w$.:>-]*(?:\[|\()|^[<{[%(]|^\$(?:[A-Za-z_{(]|env:)|^%[A-Za-z_]\w*%?$|^(?:ref\+|vault:|op:\/\/|arn:aws:|projects\/|secret:|ssm:|file:|env:|!)/i;
/** Placeholders for the reader's own secret. */
const STAND_IN =
  /^(?:my|your|our|the|a|some|any|enter|insert|type|put|set|use|choose|new|old|strong|super|secure|correct|wrong|db|user|root|admin|test)[-_. ]?(?:strong|secure|super|secret|db|database|own|new|real)?[-_. ]?(?:password|passwd|pass|pwd|secret|token|key|credentials?|passphrase|value)(?:[-_. ]?(?:here|goes[-_ ]?here|\d{1,3}))?!?$|[-_]here$|^(?:required|optional|hidden|masked|redacted|removed|omitted|unset|empty|string|todo|tbd|n\/a|null|none|nil)\b/i;

/** True if the text is an expression that reads a secret, or names its source. */
export function isReference(text: string): boolean {
  const path = IDENTIFIER_PATH.exec(text);
  return (
    EXPRESSION.test(text) ||
    CONSTANT.test(text) ||
    STAND_IN.test(text) ||
    (path !== null && HOLDERS.test(path[1] ?? ''))
  );
}

/** True if the text is a placeholder for a secret. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text) || RUN.test(text);
}
