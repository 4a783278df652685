import type { Detector } from '../detector.ts';
import { createBuiltinDetector, type PatternSpec } from '../patterns/index.ts';
import { decodeEntities, hostMatcher, hostsOf } from './destination.ts';
import {
  AUTOLINK,
  BACKSLASHES,
  MARKDOWN_REFERENCES,
  PLAIN_REFERENCE,
  QUOTED_REFERENCE,
} from './references.ts';

export const IMAGE_RULE = 'link.image';
export const URL_RULE = 'link.url';

/** Tags whose attributes make a browser or a mail reader fetch a URL. */
const TAGS =
  'a|animate|applet|area|audio|base|body|button|embed|feimage|form|frame|iframe|image|input|link|meta|object|script|set|source|svg|table|td|track|use|video';
const ATTRIBUTES =
  /(?:src|imagesrcset|srcdoc|codebase|archive|lowsrc|dynsrc|from|to|values|srcset|href|action|formaction|poster|data|background|ping|content|style)\s*=\s*("[^"]*(?:"|$)|'[^']*(?:'|$)|[^\s"'>]+)/gi;
/**
 * As the tokenizer of HTML (13.2.5): a quotation mark behind an equals sign begins a value, which may contain the end of a tag; any other one
 * is part of a name. Without counted repetitions, which inflate the automaton.
 */
const IN_TAG = `(?:=\\s*(?:"[^"]*"|'[^']*')|[^>])*`;
const TARGET = '[^\\s<>()"\'`]';
/** Punctuation that ends the sentence, not the URL. */
const TRAILING = new Set('.,;:!?*_~\'"]}');

/**
 * Finds links, images and other references to hosts outside of `allowHosts`, by which a manipulated model can exfiltrate data. Relative
 * references and `data:` images pass. Findings span whole images, and only the targets of links.
 */
export function createLinksDetector(allowHosts: readonly string[]): Detector {
  const allowed = hostMatcher(allowHosts);
  const leaves = (target: string): boolean => hostsOf(target).some((host) => !allowed(host));
  const leavesByName = (target: string): boolean =>
    hostsOf(target).some((host) => isPublicName(host) && !allowed(host));
  const tagLeaves = (tag: string): boolean => {
    for (const [, value = ''] of tag.matchAll(ATTRIBUTES)) {
      if (targetsIn(decodeEntities(value.replace(/^["']|["']$/g, ''))).some(leaves)) return true;
    }
    return false;
  };
  const specs: readonly PatternSpec[] = [
    {
      id: IMAGE_RULE,
      source: `!\\[[^\\]\\n]{0,300}\\]\\([ \\t\\n]{0,4}(?:<[^>\\n]*>|[^\\s)]*)[^)\\n]{0,300}\\)`,
      score: 1,
      validate: (match) => leaves(imageTarget(match)),
    },
    { id: IMAGE_RULE, source: `<(?i:img)\\b(?:${IN_TAG}>|[^>]*>?)`, score: 1, validate: tagLeaves },
    { id: URL_RULE, source: `<(?i:${TAGS})\\b${IN_TAG}>`, score: 0.9, validate: tagLeaves },
    {
      id: URL_RULE,
      source: PLAIN_REFERENCE,
      score: 0.9,
      group: 1,
      keep: withoutTrailing,
      validate: leaves,
    },
    {
      id: URL_RULE,
      source: `(?:\\b|[0-9_])((?i:www)\\.[A-Za-z0-9-]{1,63}\\.${TARGET}+)`,
      score: 0.8,
      group: 1,
      keep: withoutTrailing,
      validate: (match) => leaves(`//${match}`),
    },
    ...MARKDOWN_REFERENCES.map((source) => ({
      id: URL_RULE,
      source,
      score: 0.9,
      group: 1,
      validate: (match: string) => /[(\[\]]$/.test(match) || leaves(match.replace(/^<\s*/, '')),
    })),
    ...[QUOTED_REFERENCE, AUTOLINK, BACKSLASHES].map((source) => ({
      ...{ id: URL_RULE, source, score: 0.9, group: 1 },
      validate: leavesByName,
    })),
  ];
  return createBuiltinDetector('links', specs);
}

function withoutTrailing(match: string): number {
  let length = match.length;
  while (length > 0 && TRAILING.has(match.charAt(length - 1))) length--;
  return length;
}

/** A host on the Internet: with a dot, or an address. In source code, other strings begin with two slashes. */
function isPublicName(host: string): boolean {
  return /^(?:[a-z0-9_-]+\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+|\d{1,3})$/.test(host) || host.startsWith('[');
}

function imageTarget(match: string): string {
  const inner = match.slice(match.indexOf('](') + 2, -1).trim();
  const bracketed = /^<([^>]*)>/.exec(inner);
  return bracketed?.[1] ?? inner.split(/\s/, 1)[0] ?? '';
}

/** Targets of an attribute: its value, or for `srcset`, `style` and refreshing `content` the URLs inside. */
function targetsIn(value: string): readonly string[] {
  const inner = value.match(/(?:https?:|[/\\]{2})[^\s,;)"']+/gi) ?? [];
  return [value, ...inner];
}
