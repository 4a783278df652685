import { fit, logitOf, type Bag, type Window } from './multiple-instance.ts';

function window(...features: readonly number[]): Window {
  return { features: Int32Array.from(features), words: features.length };
}

describe('fit', () => {
  // Feature 0 is in every attack, beside windows that honest texts have too.
  const bags: readonly Bag[] = Array.from({ length: 60 }, (_, at) => ({
    pieces:
      at % 2 === 0
        ? [window(1, 2 + (at % 5)), window(0, 1), window(2 + (at % 7))]
        : [window(1, 2 + (at % 5)), window(2 + (at % 7))],
    label: at % 2 === 0 ? 1 : 0,
    weight: 1,
  }));

  it('finds the window that makes an attack', () => {
    const linear = fit(bags, 12, 0.02);
    expect(logitOf(window(0, 1), linear)).toBeGreaterThan(logitOf(window(1, 2), linear) + 1);
  });

  it('gives the same weights each time', () => expect(fit(bags, 12, 0.02)).toEqual(fit(bags, 12, 0.02)));
});
