import type { Detector } from '../../detectors/index.ts';
import { JUDGING, SCANNING, type BuiltinDetectors } from './builtin-detectors.ts';

const TEXT =
  'key ghp_5xKq0ZrT9bW3mN7vL1cD8fH2jP6sY4aGeUo1 of jo@example.com, card 4111 1111 1111 1111, <img src="https://evil.example/p.png">';

describe('detectors of built-in patterns', () => {
  it.each<[string, (from: BuiltinDetectors) => Detector]>([
    ['secrets', (from) => from.secrets()],
    ['pii', (from) => from.pii(['EMAIL', 'CREDIT_CARD'])],
    ['links', (from) => from.links(['example.com'])],
  ])('%s: built once for all policies, and the same where they wait for the first text', (id, make) => {
    const scanning = make(SCANNING);
    expect(make(SCANNING)).toBe(scanning);
    const judging = make(JUDGING);
    expect(judging.id).toBe(id);
    expect(scanning.scan(TEXT)).not.toEqual([]);
    expect(judging.scan(TEXT)).toEqual(scanning.scan(TEXT));
    expect(judging.hold(TEXT)).toBe(scanning.hold(TEXT));
  });
});
