import { CrossOrigin } from './cross-origin.ts';

const [MODEL, APP] = ['http://127.0.0.1:8000', 'https://app.example'];
function said(headers: Readonly<Record<string, string>>) {
  return (name: string) => headers[name];
}

describe('refusals to pages of another origin', () => {
  it.each([
    ['that the upstream never answered', {}],
    ['that the upstream does not allow', { 'access-control-allow-origin': 'https://other.example' }],
    ['that the upstream no longer allows', { 'access-control-allow-credentials': 'true' }],
  ])('nothing to one %s', (_name, last) => {
    const cors = new CrossOrigin();
    cors.learn(MODEL, APP, said({ 'access-control-allow-origin': '*' }));
    cors.learn(MODEL, APP, said(last));
    expect(cors.headersFor(MODEL, APP)).toEqual({});
  });

  it('nothing without an origin, or of another upstream', () => {
    const cors = new CrossOrigin();
    cors.learn(MODEL, APP, said({ 'access-control-allow-origin': '*' }));
    expect([cors.headersFor(MODEL, undefined), cors.headersFor('http://other', APP)]).toEqual([{}, {}]);
  });

  it('CORS headers of the upstream', () => {
    const cors = new CrossOrigin();
    const headers = { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' };
    cors.learn(MODEL, APP, said({ ...headers, 'access-control-max-age': '600' }));
    expect(cors.headersFor(MODEL, APP)).toEqual({ ...headers, vary: 'Origin' });
  });

  it('forgets the origin that it heard of longest ago', () => {
    const cors = new CrossOrigin();
    for (let i = 0; i <= 256; i++)
      cors.learn(MODEL, `https://${i}`, said({ 'access-control-allow-origin': '*' }));
    expect(cors.headersFor(MODEL, 'https://0')).toEqual({});
    expect(cors.headersFor(MODEL, 'https://1')).not.toEqual({});
  });
});
