import { describe, expect, it } from '@jest/globals';

import { BodyReader } from './reader.ts';
import { needsScan } from './label-scan.ts';

const KEY = 'AKIAIOSFODNN7QWERTYU';

describe('needsScan', () => {
  it.each([
    KEY,
    `id_${KEY}`,
    'ghp_abcdefgh12345678',
    '4556737586899855',
    '536-22-8719',
    'card:4556-7375-8689-9855',
  ])('%s', (label) => {
    expect(needsScan(label)).toBe(true);
  });

  it.each([
    '',
    'stop',
    'chat.completion.chunk',
    'chatcmpl-9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c',
    'msg_01XFDUDYJgAACzvnptvVoYEL',
    '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    '2026-01-02T03:04:05.385406455-07:00',
    '2026-01-02T03:04:05Z',
    'gpt-4o-2024-08-06',
    'call_1',
  ])('not %s', (label) => {
    expect(needsScan(label)).toBe(false);
  });

  it('makes a text of an id, of a label that was asked for, and of a key', () => {
    const reader = new BodyReader({ id: KEY, model: KEY, extra: { [KEY]: 1 }, type: 'message' }, 'reply');
    reader.root.label('model');
    reader.sweep('assistant');
    expect(reader.segments.map(({ pointer }) => pointer)).toEqual(['/id', '/model', `/extra/~3${KEY}`]);
  });
});
