import { z } from 'zod';

import { key, section } from '../kinds/key.ts';
import type { Rule } from '../kinds/rule.ts';

const URL_EXPECTED =
  'expected an http or https URL without credentials, query or fragment, such as "https://llm.example.com/v1"';

const provider = z.strictObject({
  url: z
    .string({ error: URL_EXPECTED })
    .max(2000, { error: URL_EXPECTED })
    .refine(isBaseUrl, { error: URL_EXPECTED })
    .transform((text) => text.replace(/\/+$/, ''))
    .describe('Where the provider’s API begins. Its host must also be in `action.hosts`.'),
});

type Providers = Record<string, z.output<typeof provider> | 'none'>;

/** Neither of two URLs is stricter: if layers disagree about a name, it is removed. */
const agreeing: Rule<Providers> = {
  meet(a, b) {
    const met = { ...a, ...b };
    for (const [name, own] of Object.entries(a)) {
      const other = b[name];
      if (other === undefined) continue;
      met[name] = own !== 'none' && other !== 'none' && own.url === other.url ? own : 'none';
    }
    return met;
  },
  canonical: (providers) => providers,
};

export const outbound = section({
  providers: key(
    z
      .record(
        z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, {
          error: 'expected a name of lower-case letters, digits and dashes, beginning with a letter',
        }),
        z.union([provider, z.literal('none')]),
      )
      .optional()
      .describe(
        'LLM APIs that the outbound listener offers under `/NAME/…`, besides the built-in ones; `none` removes a built-in one. A name on which layers disagree is removed.',
      ),
    agreeing,
    { default: {} },
  ),
});

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const web = url.protocol === 'https:' || url.protocol === 'http:';
  return (
    web &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '' &&
    !text.includes('?') &&
    !text.includes('#')
  );
}
