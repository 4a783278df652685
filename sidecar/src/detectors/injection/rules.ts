/** One sign of an attempt to take control of a model: words of some classes, in this order, near each other. */
export interface InjectionRule {
  /** Stable: it appears in metrics and records. Several rules may share one. */
  readonly id: string;
  /**
   * Classes of the lexicon in their order; a number between two of them is the maximum number of other words between. `^class`: at the
   * beginning of a line, a quotation or an element; `~class`: there, or the second sign of a script without spaces. `class:`: before a
   * colon or a closing bracket. A sign never spans sentences.
   */
  readonly phrase: string;
  /** Weight of this sign alone, from 0 to 1. Signs add up as 1 − Π(1 − weight), each ID counted once. */
  readonly weight: number;
  /** Counts only in tool results and documents, which should not contain instructions. */
  readonly untrustedOnly?: true;
  /** Counts only in text of users: other text mostly describes something with these words. */
  readonly userOnly?: true;
}

function rule(id: string, weight: number, phrase: string): InjectionRule {
  return {
    id: `injection.${id}`,
    weight,
    phrase,
  };
}
function untrusted(id: string, weight: number, phrase: string): InjectionRule {
  return {
    ...rule(id, weight, phrase),
    untrustedOnly: true,
  };
}
function user(id: string, weight: number, phrase: string): InjectionRule {
  return {
    ...rule(id, weight, phrase),
    userOnly: true,
  };
}
/**
 * An order stands at the beginning of a sentence or is addressed to a person. Elsewhere the words are a description, as in change logs,
 * manuals and reports.
 */
function order(
  id: string,
  weights: readonly [order: number, mention: number],
  phrase: string,
): readonly InjectionRule[] {
  return [
    rule(id, weights[0], `~${phrase}`),
    rule(id, weights[0], `addressed 1 ${phrase}`),
    rule(id, weights[1], phrase),
  ];
}

export const INJECTION_RULES: readonly InjectionRule[] = [
  ...order('override', [0.85, 0.3], 'drop 5 old 5 orders'),
  ...order('override', [0.8, 0.25], 'drop 3 orders 3 old'),
  ...order('override', [0.3, 0.15], 'evade 5 old 5 orders'),
  ...order('override', [0.8, 0.25], 'drop 3 everything 4 before'),
  // "Ignore my last message": users say so of their own.
  user('override', 0.4, 'drop 3 earlier 3 text'),
  untrusted('override', 0.6, '~drop 3 earlier 3 text'),
  untrusted('override', 0.6, 'addressed 1 drop 3 earlier 3 text'),
  untrusted('override', 0.2, 'drop 3 earlier 3 text'),
  rule('override', 0.8, 'old 6 orders 8 dropLast'),
  // Agents themselves tell the model so when they change its mode.
  rule('override', 0.3, 'supersede 5 old 5 orders'),
  rule('override', 0.6, 'comply'),
  rule('override', 0.5, 'strictly 1 adhere 4 task'),
  rule('new-instructions', 0.5, 'fresh 1 task:'),
  rule('new-instructions', 0.45, 'henceforth 8 you 6 act'),
  rule('new-instructions', 0.35, 'henceforth'),
  rule('instead', 0.3, 'instead 2 output'),
  untrusted('override', 0.25, '~drop 5 output'),
  user('role-play', 0.35, 'youAre'),
  untrusted('role-play', 0.3, 'youAre'),
  rule('role-play', 0.5, 'pretend 6 freed'),
  rule('role-play', 0.2, 'pretend 5 machine'),
  rule('role-play', 0.6, 'pretend 2 dan'),
  rule('role-play', 0.6, 'youAre 2 dan'),
  rule('jailbreak', 0.45, 'jailbreakName'),
  user('jailbreak', 0.35, 'developerMode'),
  untrusted('jailbreak', 0.2, 'developerMode'),
  user('jailbreak', 0.6, 'without 4 limits'),
  untrusted('jailbreak', 0.4, 'without 4 limits'),
  rule('jailbreak', 0.6, 'freed 2 machine'),
  user('jailbreak', 0.6, 'machine 3 freed'),
  untrusted('jailbreak', 0.3, 'machine 3 freed'),
  rule('jailbreak', 0.35, 'character'),
  rule('jailbreak', 0.6, 'tokens 5 lose'),
  rule('jailbreak', 0.6, 'lose 4 tokens'),
  rule('jailbreak', 0.6, 'never 1 refuse'),
  rule('jailbreak', 0.4, 'never 4 disclaimers'),
  user('jailbreak', 0.3, 'asAnAi'),
  untrusted('jailbreak', 0.2, 'asAnAi'),
  rule('jailbreak', 0.4, 'twoAnswers'),
  rule('jailbreak', 0.5, 'hypotheticalAi'),
  ...order('prompt-extraction', [0.75, 0.3], 'reveal 6 promptThing'),
  ...order('prompt-extraction', [0.75, 0.3], 'recite 6 contextThing'),
  rule('prompt-extraction', 0.7, 'which 3 yourPrompt'),
  rule('prompt-extraction', 0.4, 'which 3 promptThing'),
  rule('prompt-extraction', 0.4, 'which 2 yourRules'),
  rule('prompt-extraction', 0.4, 'reveal 4 yourRules'),
  rule('prompt-extraction', 0.75, 'promptThing 8 revealLast'),
  ...order('secret-extraction', [0.58, 0.25], 'share 5 secretThing'),
  user('secret-extraction', 0.42, 'tellMe 5 secretThing'),
  untrusted('secret-extraction', 0.35, 'tellMe 5 secretThing'),
  user('secret-extraction', 0.42, 'which 3 secretThing'),
  untrusted('secret-extraction', 0.3, 'which 3 secretThing'),
  rule('secret-extraction', 0.58, 'secretThing 6 revealLast'),
  untrusted('fake-role', 0.4, '^fakeRole 1 notice:'),
  untrusted('fake-role', 0.7, '^fakeRole: 1 imperative'),
  untrusted('fake-role', 0.3, '^fakeRole: 1 opening'),
  user('fake-role', 0.19, '^fakeRole 1 notice:'),
  rule('end-of-input', 0.5, 'endOf 1 input'),
  user('system-mode', 0.4, 'enter 3 privileged mode'),
  untrusted('system-mode', 0.25, 'enter 3 privileged mode'),
  rule('system-mode', 0.6, 'override'),
  rule('authority', 0.45, 'iAm 3 authority 8 allow'),
  // In the user's own text it weighs less: see assess.ts.
  user('concealment', 0.55, 'dont 1 mention 4 user'),
  untrusted('concealment', 0.5, 'dont 1 mention 4 user'),
  user('exfiltration', 0.35, 'send 6 data 8 whereTo'),
  untrusted('exfiltration', 0.5, 'send 6 data 8 whereTo'),
  // The languages differ in the order of words: "send the inbox to", "to … the inbox send".
  untrusted('exfiltration', 0.6, 'dispatch 8 mailbox 14 ofAddress'),
  untrusted('exfiltration', 0.6, 'mailbox 8 dispatch 8 ofAddress'),
  untrusted('exfiltration', 0.6, 'mailbox 10 ofAddress 6 dispatch'),
  untrusted('to-the-assistant', 0.6, 'toAssistant 6 must'),
  untrusted('to-the-assistant', 0.45, 'aboutAssistants 6 must'),
  untrusted('to-the-assistant', 0.6, 'aboutAssistants: 2 deed'),
  untrusted('to-the-assistant', 0.35, 'beforeAnswer'),
  untrusted('to-the-assistant', 0.6, 'beforeAnswer 8 deed'),
  untrusted('to-the-assistant', 0.6, 'beforeAnswer 10 dispatch'),
  untrusted('to-the-assistant', 0.35, 'whenYou 4 process'),
  untrusted('embedded-request', 0.5, '^additionally ask'),
  untrusted('embedded-request', 0.37, '^ask 2 deed'),
  untrusted('embedded-request', 0.2, '^ask 2 deedOfManuals'),
  untrusted('embedded-request', 0.45, '~inYourAnswer'),
  untrusted('embedded-request', 0.6, 'shape 5 yourAnswer'),
  untrusted('embedded-request', 0.6, 'yourAnswer 4 shape'),
  rule('payload-splitting', 0.5, 'combine 8 execute'),
  rule('encoded-command', 0.5, 'decode 6 cipher 8 execute'),
];
