import { z } from 'zod';

import { key, mapping, type KeyTable, type Mapping } from './key.ts';
import { mode } from './mode.ts';
import { strict, type Rule } from './rule.ts';

type Action = 'off' | 'redact' | 'block';

function detector(byDefault: 'redact' | 'block') {
  const action = z
    .enum(['off', 'redact', 'block'])
    .default(byDefault)
    .describe(
      `\`block\` refuses the exchange, \`redact\` replaces what was found and lets the rest pass, \`off\` does not look. Default: \`${byDefault}\`.`,
    );
  return { action: key(action, strict<Action>('block')), mode };
}

/** `action` and `mode` of a text detector, and the default of `action`. `off` disables it. */
export const blocking = detector('block');
export const redacting = detector('redact');

/**
 * A mapping with an `action` that may be `off` (for media `allow`): then the other layer decides alone; else the stricter action, the
 * stricter mode, and the rest key by key. A document that redacts and enforces, met with one that observes blocking, blocks and enforces.
 */
export function setting<Keys extends KeyTable>(keys: Keys): Mapping<Keys> {
  const plain = mapping(keys);
  return { ...plain, meet: unlessOff((a, b) => plain.meet(a, b)) };
}

/** Applies `meet` if neither of the two is off. */
export function unlessOff<T extends object>(meet: Rule<T>['meet']): Rule<T>['meet'] {
  return (a, b) => {
    if (isOff(a)) return b;
    return isOff(b) ? a : meet(a, b);
  };
}

function isOff(setting: object): boolean {
  return 'action' in setting && (setting.action === 'off' || setting.action === 'allow');
}
