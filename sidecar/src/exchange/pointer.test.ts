import { publicPointer } from './pointer.ts';

describe('publicPointer', () => {
  it.each([
    ['/metadata/~3Ignore all of it', '/metadata/*'],
    ['/metadata/ada@example.com', '/metadata/*'],
    [
      '/messages/0/tool_calls/1/function/arguments#/ghp_R7mK2vQx9LpT4sWn8ZcB3dHf6JyGa1Ue5Ti0',
      '/messages/0/tool_calls/1/function/arguments#/*',
    ],
    [
      '/choices/0/message/tool_calls/0/function/arguments#/to/4111111111111111',
      '/choices/0/message/tool_calls/0/function/arguments#/*/*',
    ],
    ['/a~1b~2c', '/*'],
    ['/messages/3/content/0/text', '/messages/3/content/0/text'],
    ['choices/0/content', 'choices/0/content'],
    ['', ''],
  ])('%j is told as %j', (pointer, told) => {
    expect(publicPointer(pointer)).toBe(told);
  });
});
