import type { RequestHead } from './inspector.ts';
import { jsonFault } from './media-type.ts';

function fault(type: string | undefined): string | null {
  return jsonFault({ header: () => type } as unknown as RequestHead)?.reason ?? null;
}

describe('jsonFault', () => {
  it.each([
    [undefined],
    [''],
    ['text/plain'],
    ['application/jsonl'],
    ['application/json; charset=utf-16'],
    ['application/json, text/plain'],
    ['application/json; charset=utf-8; x=y'],
  ])('refuses %j', (type) => {
    expect(fault(type)).toBe('must be application/json, in UTF-8');
  });

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('takes %j', (type) => {
    expect(fault(type)).toBeNull();
  });
});
