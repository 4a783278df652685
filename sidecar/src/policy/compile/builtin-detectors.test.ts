import { setImmediate } from 'node:timers/promises';

import { createPiiDetector, type Detector } from '../../detectors/index.ts';
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

  it('answers alike before, between and after the steps of its warming', async () => {
    const entities = ['IBAN', 'PHONE', 'EMAIL'] as const;
    const settled = JUDGING.pii(entities);
    const held = settled.hold(TEXT);
    const steps = [...(createPiiDetector(entities).warmUp?.() ?? [])].length;
    expect(steps).toBeGreaterThan(2);
    for (let taken = 0; taken <= steps; taken += 1) {
      const detector = createPiiDetector(entities);
      const warming = detector.warmUp?.()[Symbol.iterator]();
      for (let each = 0; each < taken; each += 1) warming?.next();
      expect([detector.hold(TEXT), detector.scan(TEXT)]).toEqual([held, settled.scan(TEXT)]);
    }
    const scanning = SCANNING.pii(entities);
    for (let turn = 0; turn <= steps; turn += 1) await setImmediate();
    expect(scanning.hold(TEXT)).toBe(held);
  });
});
