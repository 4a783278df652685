import { describe, expect, it } from '@jest/globals';

import { OpenSchemas, type OpenlyOffered } from './open-schemas.ts';

function told(seen: readonly Partial<OpenlyOffered>[]): {
  readonly names: string[];
  readonly calls: string[];
} {
  const [names, calls]: [string[], string[]] = [[], []];
  const schemas = new OpenSchemas(
    { warning: (text) => void names.push(/^tool (.*): policy says/.exec(text)?.[1] ?? text) },
    { openlyCalled: (direction) => void calls.push(direction) },
  );
  for (const each of seen)
    schemas.seen({ tool: 'pay', host: null, direction: 'inbound', isCall: true, ...each });
  return { names, calls };
}

describe('OpenSchemas', () => {
  it.each<[string, readonly Partial<OpenlyOffered>[], readonly string[], readonly string[]]>([
    ['an offer', [{ isCall: false }], ['pay'], []],
    ['an offer and its calls, once', [{ isCall: false }, {}, {}], ['pay'], ['inbound', 'inbound']],
    [
      'a tool of each server',
      [{ host: 'a:80', direction: 'outbound' }, { host: 'b:80', direction: 'outbound' }, {}],
      ['pay (a:80)', 'pay (b:80)', 'pay'],
      ['outbound', 'outbound', 'inbound'],
    ],
    [
      'names that may be content, as one',
      [{ tool: 'my pin is 1\n2' }, { tool: '' }],
      ['other'],
      ['inbound', 'inbound'],
    ],
  ])('tells of %s', (_what, seen, names, calls) => {
    expect(told(seen)).toEqual({ names, calls });
  });

  it('warns of so many names that a caller cannot fill the log, and says that it ends there', () => {
    const { names, calls } = told(Array.from({ length: 500 }, (_, at) => ({ tool: `t${at}` })));
    expect([names.length, calls.length]).toEqual([65, 500]);
    expect(names.at(-1)).toContain('more than 64 tools; no further one is named');
  });
});
