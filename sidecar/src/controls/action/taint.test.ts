import { describe, expect, it } from '@jest/globals';

import type { Origin } from '../../exchange/index.ts';
import { isCallTainted } from './taint.ts';

describe('isCallTainted', () => {
  it.each<[string, Origin, string, boolean]>([
    ['/content/0/content/text', 'tool', '/content/1', true],
    ['/content/9/text', 'document', '/content/10', true],
    ['/content/2/content/text', 'tool', '/content/1', false],
    ['/content/10/text', 'tool', '/content/9', false],
    ['/output/0/output', 'tool', '/output/0', false],
    ['/candidates/0/groundingMetadata/x', 'document', '/candidates/0/content/parts/1', true],
    ['/candidates/0/content/parts/0/toolResponse', 'tool', '/candidates/0/content/parts/1', true],
    ['/candidates/1/content/parts/0/toolResponse', 'tool', '/candidates/0/content/parts/1', false],
    // Members of an object have no order, whatever their names convert to.
    ['/output/', 'tool', '/output/0', true],
    ['/choices/0/message/annotations/0/title', 'document', '/choices/0/message/tool_calls/0', true],
    ['/content/0/text', 'assistant', '/content/1', false],
    ['/content/0/text', 'user', '/content/1', false],
  ])('%s of a %s taints %s: %s', (pointer, origin, call, expected) => {
    const segment = { pointer, origin, channel: 'content', text: 'x' } as const;
    expect(isCallTainted({ pointer: call }, [segment])).toBe(expected);
  });
});
