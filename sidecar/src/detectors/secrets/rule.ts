/** One kind of secret. Fields as in `PatternSpec`. */
export interface SecretRule {
  /** Last part of the rule ID, `secret.<name>`. */
  readonly name: string;
  readonly description: string;
  readonly source: string;
  readonly group?: number;
  /** Minimum Shannon entropy of the finding in bits per character; examples and placeholders have less. */
  readonly entropy?: number;
  /** Confidence of a match. Default: 0.95. If several rules match, the one with the highest names the finding. */
  readonly score?: number;
  readonly validate?: (match: string) => boolean;
}

const ALPHABETS: Readonly<Record<string, string>> = {
  A: 'A-Za-z0-9',
  U: 'A-Z0-9',
  L: 'a-z0-9',
  H: '0-9a-f',
  W: 'A-Za-z0-9_-',
  B: 'A-Za-z0-9+/',
};

/**
 * A token with its own prefix. `shape` is RE2 syntax in which `<A40>` means 40 characters of an alphabet and `<A20,60>` a range: A letters
 * and digits, U upper case and digits, L lower case and digits, H hexadecimal, W base64url, B base64.
 */
export function token(name: string, description: string, shape: string, entropy = 2.5): SecretRule {
  const body = shape.replace(
    /<([AULHWB])([\d,]+)>/g,
    (_, alphabet: string, count: string) => `[${ALPHABETS[alphabet] ?? ''}]{${count}}`,
  );
  return { name, description, source: `\\b(${body})(?:[^A-Za-z0-9_-]|$)`, group: 1, entropy };
}

/**
 * A token without a prefix: trusted only as the value assigned to a name with one of `words` in it (`word_token = "…"`,
 * `"wordKey": "…"`, `--word-key …`).
 */
export function assigned(
  name: string,
  description: string,
  words: string,
  shape: string,
  entropy = 3,
): SecretRule {
  const value = token(name, description, shape).source.replace(/^\\b/, '');
  return {
    name,
    description,
    source: `(?i:${words})[\\w .-]{0,24}["'\`]?[ \\t]{0,4}(?::=|=>|=|:|,|>)[ \\t]{0,4}["'\`]?${value}`,
    group: 1,
    entropy,
  };
}
