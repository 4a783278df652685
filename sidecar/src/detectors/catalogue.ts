import { PROMPT_LEAK_RULE } from './leak/index.ts';
import { IMAGE_RULE, URL_RULE } from './links/index.ts';
import { ALL_PII_ENTITIES, PII_DESCRIPTIONS, piiRule } from './pii/index.ts';
import { PRIVATE_KEY_RULE, SECRET_RULES } from './secrets/index.ts';

/** Reference entry of a rule. */
export interface DetectorRule {
  readonly id: string;
  readonly description: string;
}

/** Every rule of injection: those of `INJECTION_RULES`, the linear model and the classifier. */
export const INJECTION_MEANINGS: readonly DetectorRule[] = [
  { id: 'injection.authority', description: 'A claim of a rank or role that is to allow what follows' },
  { id: 'injection.concealment', description: 'An order to keep something from the user' },
  {
    id: 'injection.deed',
    description:
      'An order with an effect (to delete, buy, invite, unlock, call a tool, write to someone) inside a tool result or document',
  },
  {
    id: 'injection.embedded-request',
    description: 'A request to the reader, or an order on how to answer, inside a tool result or document',
  },
  { id: 'injection.encoded-command', description: 'An order to decode a text and do what it says' },
  { id: 'injection.end-of-input', description: 'A claim that the input of the user ends here' },
  { id: 'injection.exfiltration', description: 'An order to send data to an address' },
  {
    id: 'injection.fake-role',
    description: 'Text written like a message of the system or the assistant, or marks of chat templates',
  },
  { id: 'injection.instead', description: 'An order to put out something else instead' },
  {
    id: 'injection.jailbreak',
    description: 'A known jailbreak, or talk of a model without limits, refusals or disclaimers',
  },
  {
    id: 'injection.new-instructions',
    description: 'An announcement of new instructions, or of those from now on',
  },
  {
    id: 'injection.override',
    description: 'An order to ignore, forget or replace earlier instructions or text',
  },
  { id: 'injection.payload-splitting', description: 'An order to join parts and execute the result' },
  {
    id: 'injection.payment',
    description: 'An order to pay or transfer money inside a tool result or document',
  },
  {
    id: 'injection.prompt-extraction',
    description: 'A request for the system prompt, the instructions or the context',
  },
  { id: 'injection.role-play', description: 'An order to pretend to be a model or person without rules' },
  { id: 'injection.secret-extraction', description: 'A request for passwords, keys or other secrets' },
  {
    id: 'injection.system-mode',
    description: 'An order to enter a privileged mode, or a claim of an override',
  },
  {
    id: 'injection.to-the-assistant',
    description:
      'Text addressed to the assistant that says what it must do, inside a tool result or document',
  },
  {
    id: 'injection.task',
    description:
      'A task of its own (to write, translate or explain something, to put code or a claim into the answer) inside a tool result or document',
  },
  { id: 'injection.model', description: 'The linear model of words weighed more than any single sign' },
  {
    id: 'injection.classifier',
    description: 'The classifier of `ingress.injection.classifier` said more than all else',
  },
];

/** What an operator does about a hit, by the first part of the rule's id. */
export const DETECTOR_ADVICE = {
  pii: 'Is it meant to pass? Leave its kind out of `ingress.pii.entities` or `egress.pii.entities`, or choose `redact` or `mask` in place of `block`. Else take it out of the prompt, the document or the data that the model reads.',
  secret:
    'Revoke the credential: it has been in a prompt, a document or a reply. Then remove it from where the text came from. `ingress.secrets` and `egress.secrets` say what is done with it.',
  link: 'List the host in `egress.links.allowHosts` if the workload may link to it. Else look at where the text before it came from: the link may carry data out.',
  leak: 'Keep what must stay secret out of the system prompt. If repeating it does no harm, set `egress.promptLeak.action` to `redact` or `off`.',
  document:
    'Look at who asked and which document it was. If it may be repeated to this caller, take its set out of `egress.documents.fingerprints`.',
  injection:
    'Look at the text at the pointer: who wrote it? If it is harmless, set `ingress.injection.mode` to `observe` or raise `ingress.injection.threshold`, for tool results and documents `ingress.injection.untrusted.threshold`. If it is an attack, remove its source.',
} as const satisfies Readonly<Record<string, string>>;

function isFamily(family: string): family is keyof typeof DETECTOR_ADVICE {
  return Object.hasOwn(DETECTOR_ADVICE, family);
}

/** What a rule of a detector finds and what to do about it; null: the id is of no detector. */
export function detectorRule(id: string): { readonly meaning: string; readonly fix: string } | null {
  const [family = ''] = id.split('.', 1);
  if (!isFamily(family)) return null;
  const known = family === 'document' ? 'document.NAME' : id;
  const found = [...DETECTOR_RULES, ...INJECTION_MEANINGS].find((rule) => rule.id === known);
  if (found === undefined) return null;
  const meaning = found.description.replace('NAME', id.slice('document.'.length));
  return { meaning: `${meaning}.`, fix: DETECTOR_ADVICE[family] };
}

/** Every rule of the detectors in this folder except injection's; the reference is generated from it. */
export const DETECTOR_RULES: readonly DetectorRule[] = [
  ...ALL_PII_ENTITIES.map((entity) => ({ id: piiRule(entity), description: PII_DESCRIPTIONS[entity] })),
  ...SECRET_RULES.map(({ name, description }) => ({ id: `secret.${name}`, description })),
  { id: PRIVATE_KEY_RULE, description: 'PEM or OpenPGP private key, from its header to its footer' },
  { id: IMAGE_RULE, description: 'Markdown or HTML image on a host that is not allowed' },
  { id: URL_RULE, description: 'Link, tag or bare URL to a host that is not allowed' },
  {
    id: PROMPT_LEAK_RULE,
    description:
      'Passage of the instructions in the system prompt: 8 or more words that speak to the model, or 24 of any kind',
  },
  { id: 'document.NAME', description: 'Passage of the protected documents of the fingerprint set NAME' },
];
