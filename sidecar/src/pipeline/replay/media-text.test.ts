import { replayExchange } from './replay.ts';
import { policyOf } from '../test-kit.ts';
import { sse } from '../testing/passing.ts';

const OPEN = 'ingress: { media: { action: allow }, secrets: { action: block } }';
const SECRET = 'AKIA' + 'Q7WZ5TXN3RLMKB2D';
const NOTE = `The key of the account is ${SECRET}, keep it.`;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]).toString('base64');

type Source = Readonly<Record<string, string>>;

/** How a request with files is judged. */
function judged(...sources: readonly Source[]): string {
  const content = sources.map((source) => ({ type: 'document', source: { type: 'base64', ...source } }));
  const request = { model: 'm', max_tokens: 5, messages: [{ role: 'user', content }] };
  const { request: verdict } = replayExchange(
    { method: 'POST', path: '/v1/messages', request, response: null },
    policyOf(OPEN),
  );
  if (verdict === 'pass') return verdict;
  return verdict.kind === 'block' ? verdict.code : verdict.kind;
}

function encoded(text: string, encoding: BufferEncoding = 'utf8'): Source {
  return { media_type: 'application/pdf', data: Buffer.from(text, encoding).toString('base64') };
}

const half = encoded(NOTE)['data']?.slice(0, 48) ?? '';

describe('text in a file is judged although every medium may pass', () => {
  it.each<[string, readonly Source[]]>([
    ['in UTF-8', [encoded(NOTE)]],
    ['in Latin-1', [encoded(`Größe: ${NOTE}`, 'latin1')]],
    ['in UTF-16', [encoded(`\ufeff${NOTE}`, 'utf16le')]],
    ['in UTF-16 without a mark', [encoded(NOTE, 'utf16le')]],
    ['with a null among it', [encoded(`\0${NOTE}`)]],
    ['in data that is no base64', [{ media_type: 'image/png', data: NOTE }]],
    ['in base64 with signs among it', [{ media_type: 'image/png', data: `${encoded(NOTE)['data'] ?? ''}!` }]],
    ['beside the data', [{ media_type: 'image/png', data: PNG, note: NOTE }]],
    ['beside the data, encoded', [{ media_type: 'image/png', data: PNG, more: encoded(NOTE)['data'] ?? '' }]],
    ['over two files', [{ data: half }, { data: (encoded(NOTE)['data'] ?? '').slice(48) }]],
  ])('%s', (_name, sources) => {
    expect(judged(...sources)).toBe('secret_detected');
  });

  it.each<[string, readonly Source[]]>([
    ['a picture', [{ media_type: 'image/png', data: PNG }]],
    ['half of it', [{ data: half }]],
    ['a text', [encoded('nothing to see')]],
  ])('and passes otherwise: %s', (_name, sources) => {
    expect(judged(...sources)).toBe('allow');
  });
});

describe('a medium in the middle of a stream', () => {
  function chunk(delta: object): string {
    return sse({ choices: [{ index: 0, delta, finish_reason: null }] });
  }
  const picture = chunk({
    images: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }],
  });
  const response = `${chunk({ content: 'Look at this. ' })}${chunk({ content: 'And so on. ' })}${picture}${chunk({ content: 'there' })}data: [DONE]\n\n`;
  const request = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] };
  function got(policy: string): string {
    const traffic = { method: 'POST', path: '/v1/chat/completions', request, response };
    return replayExchange(traffic, policyOf(policy)).received?.body ?? '';
  }

  it('is withheld with the rest of the stream if egress.media blocks it', () => {
    const body = got('egress: { media: { image: { action: block } } }');
    expect(body).toContain('Look at this. ');
    expect(body).toContain('"finish_reason":"content_filter"');
    expect(body).not.toMatch(/iVBOR|there/);
  });

  it('passes where it does not', () => {
    expect(got('egress: { media: { action: allow } }')).toBe(response);
  });
});
