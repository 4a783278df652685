import { Malformed } from '../malformed.ts';
import { readForm } from './form.ts';

const TYPE = 'multipart/form-data; boundary=B1';

function part(disposition: string, content: string, headers = ''): string {
  return `--B1\r\nContent-Disposition: form-data; ${disposition}\r\n${headers}\r\n${content}\r\n`;
}

function read(text: string, type: string): unknown {
  return readForm(Buffer.from(text, 'latin1'), type);
}

const FIELD = part('name="model"', 'whisper');
const END = '--B1--\r\n';

const REFUSED: readonly (readonly [string, string, string?])[] = [
  ['nothing', ''],
  ['no parts', END],
  ['text before the parts', `hello\r\n${FIELD}${END}`],
  ['text behind the parts', `${FIELD}${END}hello`],
  ['no end', FIELD],
  ['half an end', `${FIELD}--B1-`],
  ['a part without its end', `--B1\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper`],
  ['a part without headers', `--B1\r\n\r\nwhisper\r\n${END}`],
  ['the boundary inside of a part', part('name="prompt"', 'a\n--B1\r\nb') + END],
  ['a longer boundary inside', part('name="prompt"', 'a\r\n--B12\r\nb') + END],
  ['a field twice', FIELD + FIELD + END],
  ['a field and a file of one name', FIELD + part('name="model"; filename="a"', 'x') + END],
  ['a name with an escape', part('name="mo\\"del"', 'x') + END],
  ['a name without quotes', part('name=model', 'x') + END],
  ['a name in another form', part('name="model"; filename*=utf-8\'\'a', 'x') + END],
  ['a name twice', part('name="model"; name="prompt"', 'x') + END],
  ['two dispositions', part('name="a"', 'x', 'Content-Disposition: form-data; name="b"\r\n') + END],
  ['a content coding', part('name="a"', 'x', 'Content-Encoding: gzip\r\n') + END],
  ['a transfer encoding', part('name="a"', 'eA==', 'Content-Transfer-Encoding: base64\r\n') + END],
  ['another encoding', part('name="a"', 'x', 'Content-Type: text/plain; charset=utf-16\r\n') + END],
  ['an encoding for all', part('name="_charset_"', 'utf-7') + END],
  ['a folded header', part('name="a"', 'x', 'Content-Type: text/plain;\r\n charset=utf-16\r\n') + END],
  ['line feeds alone', (FIELD + END).replaceAll('\r\n', '\n')],
  ['a field that is not UTF-8', part('name="prompt"', 'a\xff') + END],
  ['too many parts', Array.from({ length: 101 }, (_, index) => part(`name="a${index}"`, 'x')).join('') + END],
  ['no boundary', FIELD + END, 'multipart/form-data'],
  ['two boundaries', FIELD + END, `${TYPE}; boundary=B2`],
  ['another type', FIELD + END, 'multipart/mixed; boundary=B1'],
];

const READ: readonly (readonly [string, string, object, string?])[] = [
  [
    'fields',
    FIELD + part('name="prompt"', '\xc3\xa4\r\n--B', 'Content-Type: text/plain; charset=utf-8\r\n') + END,
    { model: 'whisper', prompt: 'ä\r\n--B' },
  ],
  ['an empty field', part('name="prompt"', '') + END, { prompt: '' }],
  [
    'a list',
    part('name="include[]"', 'a') + part('name="include[]"', 'b') + END,
    { 'include[]': ['a', 'b'] },
  ],
  [
    'a recording',
    part('name="file"; filename="a.wav"', '\xff\x00', 'Content-Type: audio/wav\r\n') + END,
    { file: { filename: 'a.wav' } },
  ],
  [
    'a file of text',
    part('name="file"; filename="a.wav"', 'hello') + END,
    { file: { filename: 'a.wav', text: 'hello' } },
  ],
  ['an end without a line break', FIELD + '--B1--', { model: 'whisper' }],
  ['a boundary in quotes', FIELD + END, { model: 'whisper' }, 'multipart/form-data; boundary="B1"'],
];

describe('readForm', () => {
  it.each(REFUSED.map(([name, text, type = TYPE]) => [name, text, type] as const))(
    'refuses %s',
    (_name, text, type) => {
      expect(() => read(text, type)).toThrow(Malformed);
    },
  );

  it.each(READ.map(([name, text, expected, type = TYPE]) => [name, text, expected, type] as const))(
    'reads %s',
    (_name, text, expected, type) => {
      expect(read(text, type)).toEqual(expected);
    },
  );

  it('reads what fetch sends', async () => {
    const form = new FormData();
    form.append('model', 'whisper');
    form.append('file', new Blob([Uint8Array.of(0xff, 0, 1)]), 'speech.mp3');
    const request = new Request('http://model/', { method: 'POST', body: form });
    const body = Buffer.from(await request.arrayBuffer());
    expect(readForm(body, request.headers.get('content-type') ?? '')).toEqual({
      model: 'whisper',
      file: { filename: 'speech.mp3' },
    });
  });
});
